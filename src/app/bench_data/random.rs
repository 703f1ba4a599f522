//! Numbers that look random and are the same for the same seed, on every machine.

use crate::domain::ids::Random;

/// SplitMix64 (Steele, Lea, Flood: "Fast splittable pseudorandom number generators", 2014): a counter and a mixing
/// function. It passes BigCrush, fits in a screen, and any two seeds give unrelated streams, so that every record has
/// a stream of its own and none depends on how many numbers another one took. Nothing here is secret.
#[derive(Debug, Clone)]
pub struct Stream(u64);

const GOLDEN: u64 = 0x9e37_79b9_7f4a_7c15;

impl Stream {
    /// The stream of record `number` of a kind named `kind`, under `seed`.
    pub fn of(seed: u64, kind: u64, number: u64) -> Self {
        Self(mix(mix(mix(seed) ^ kind) ^ number))
    }

    /// 64 bits.
    pub fn draw(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(GOLDEN);
        mix(self.0)
    }

    /// A number from 0 to below `bound`; 0 where `bound` is 0. Its bias is `bound` / 2⁶⁴.
    pub fn below(&mut self, bound: usize) -> usize {
        ((u128::from(self.draw()) * bound as u128) >> 64) as usize
    }

    /// A number from `low` to `high`, both included.
    pub fn between(&mut self, low: i64, high: i64) -> i64 {
        low + self.below(usize::try_from(high - low + 1).unwrap_or_default()) as i64
    }

    /// A number from 0 to below 1.
    pub fn unit(&mut self) -> f64 {
        (self.draw() >> 11) as f64 / (1u64 << 53) as f64
    }

    /// Around 0 with a deviation of 1 and never beyond 3: a sum of twelve even chances. Made of additions
    /// alone, since libraries of different machines differ in the last digit of a logarithm.
    pub fn bell(&mut self) -> f64 {
        (0..12).map(|_| self.unit()).sum::<f64>().clamp(3.0, 9.0) - 6.0
    }

    /// `true` in `percent` of a hundred cases.
    pub fn chance(&mut self, percent: f64) -> bool {
        self.unit() * 100.0 < percent
    }

    /// One of `choices`; `None` where there are none.
    pub fn pick<'a, T>(&mut self, choices: &'a [T]) -> Option<&'a T> {
        choices.get(self.below(choices.len()))
    }
}

/// The random part of an id: the first number of its stream.
impl Random for Stream {
    fn bits(&self) -> u32 {
        (self.clone().draw() >> 32) as u32
    }
}

fn mix(mut bits: u64) -> u64 {
    bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    bits ^ (bits >> 31)
}

/// Choices of different weight.
#[derive(Debug, Clone, Default)]
pub struct Weighted<T> {
    choices: Vec<T>,
    /// The sum of all weights up to and including each choice's.
    sums: Vec<u64>,
}

impl<T> Weighted<T> {
    /// Choices, each with its weight.
    pub fn new(choices: impl IntoIterator<Item = (T, u64)>) -> Self {
        let mut weighted = Self { choices: Vec::new(), sums: Vec::new() };
        let mut sum = 0;
        for (choice, weight) in choices {
            sum += weight;
            weighted.choices.push(choice);
            weighted.sums.push(sum);
        }
        weighted
    }

    /// Choices in order of frequency, falling off as words of a natural text do: the weight of the one at `rank`,
    /// counted from 0, is as 1 / (`rank` + `flat`) (Zipf's law as Mandelbrot mended it).
    pub fn falling(choices: impl IntoIterator<Item = T>, flat: u64) -> Self {
        Self::new(choices.into_iter().zip(flat..).map(|(choice, rank)| (choice, 1_000_000_000 / rank.max(1))))
    }

    /// One of them; `None` where there are none.
    pub fn pick(&self, stream: &mut Stream) -> Option<&T> {
        let at = stream.below(usize::try_from(*self.sums.last()?).ok()?) as u64;
        self.choices.get(self.sums.partition_point(|sum| *sum <= at))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_numbers_are_those_of_the_published_algorithm() {
        // The first outputs of Vigna's splitmix64.c for the seed 1234567.
        let mut stream = Stream(1_234_567);
        assert_eq!(
            [stream.draw(), stream.draw(), stream.draw()],
            [6_457_827_717_110_365_317, 3_203_168_211_198_807_973, 9_817_491_932_198_370_423]
        );
    }

    #[test]
    fn bounds_are_kept_and_all_values_come() {
        let mut stream = Stream::of(1, 2, 3);
        let mut seen = [0; 7];
        for _ in 0..7000 {
            seen[usize::try_from(stream.between(-3, 3) + 3).unwrap()] += 1;
            assert!((0.0..1.0).contains(&stream.unit()));
            assert!(stream.bell().abs() <= 3.0);
        }
        assert!(seen.iter().all(|count| (850..1150).contains(count)), "{seen:?}");
        assert_eq!(stream.below(0), 0);
        assert_eq!(stream.pick::<u8>(&[]), None);
    }

    #[test]
    fn weights_decide_how_often() {
        let (weighted, mut stream) = (Weighted::new([('a', 1), ('b', 0), ('c', 3)]), Stream::of(1, 1, 1));
        let picked: String = (0..4000).filter_map(|_| weighted.pick(&mut stream)).collect();
        let count = |letter| picked.matches(letter).count();
        assert!((900..1100).contains(&count('a')) && count('b') == 0, "{}", count('a'));
        let falling = Weighted::falling(0..100, 1);
        let firsts = (0..4000).filter(|_| falling.pick(&mut stream) == Some(&0)).count();
        assert!((700..850).contains(&firsts), "1 of H(100) = 5.19: {firsts}");
        assert_eq!(Weighted::<u8>::default().pick(&mut stream), None);
    }
}
