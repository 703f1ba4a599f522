//! Where invented things are: near central Guangzhou for a stated share, elsewhere as people live.

use super::random::{Stream, Weighted};
use crate::domain::divisions::{Adcode, Division, DivisionLevel};
use crate::domain::geo::{LatLng, Wgs84, distance};
use crate::domain::text::Text;

/// Of a hundred events, how many lie near the centre of Guangzhou: the crowd that makes near-me questions hard.
pub const CENTRAL_PERCENT: f64 = 6.0;

/// How near that is, in metres.
pub const CENTRAL_METRES: f64 = 5000.0;

/// Thousands of residents by the census of 2020 (第七次全国人口普查): cities, and the districts of the two largest. The
/// people of other cities count as spread evenly over their districts.
const THOUSANDS: &[(i64, u64)] = &[
    (440100, 18_677),
    (440103, 1238),
    (440104, 1039),
    (440105, 1819),
    (440106, 2242),
    (440111, 3743),
    (440112, 1264),
    (440113, 2658),
    (440114, 1642),
    (440115, 847),
    (440117, 718),
    (440118, 1466),
    (440200, 2855),
    (440300, 17_560),
    (440303, 1144),
    (440304, 1553),
    (440305, 1796),
    (440306, 4477),
    (440307, 3979),
    (440308, 214),
    (440309, 2529),
    (440310, 551),
    (440311, 1095),
    (440400, 2440),
    (440500, 5502),
    (440600, 9499),
    (440700, 4798),
    (440800, 6981),
    (440900, 6174),
    (441200, 4114),
    (441300, 6043),
    (441400, 3873),
    (441500, 2673),
    (441600, 2838),
    (441700, 2603),
    (441800, 3969),
    (441900, 10_467),
    (442000, 4418),
    (445100, 2568),
    (445200, 5578),
    (445300, 2383),
];

const GUANGZHOU: i64 = 440_100;
const GUANGDONG: i64 = 44;
const METRES_PER_DEGREE: f64 = 111_195.0;

/// The divisions of Guangdong that have no smaller ones.
pub struct Ground {
    districts: Vec<District>,
    by_people: Weighted<usize>,
    guangzhou: LatLng<Wgs84>,
}

/// One of them.
pub struct District {
    /// Its code, name, centre and outline.
    pub division: Division,
    /// The city it belongs to; itself where it is one.
    pub city: Text,
}

impl District {
    /// Its name as titles have it: 天河, not 天河区.
    pub fn short_name(&self) -> &str {
        let name = self.division.name.zh_cn.as_str();
        let short = name.strip_suffix(['区', '县', '市']).unwrap_or(name);
        if short.chars().count() > 1 { short } else { name }
    }
}

/// A position, and the district it lies in.
pub struct Spot<'a> {
    /// The district.
    pub district: &'a District,
    /// The position, to the metre.
    pub position: LatLng<Wgs84>,
}

impl Ground {
    /// The ground that these divisions make; `None` where central Guangzhou is not among them.
    pub fn new(divisions: &[Division]) -> Option<Self> {
        let find = |adcode: Adcode| divisions.iter().find(|division| division.adcode == adcode);
        let guangzhou = find(Adcode::from_number(GUANGZHOU)?)?.centre;
        let innermost =
            divisions.iter().filter(|d| d.outline.is_some() && d.adcode.number() / 10_000 == GUANGDONG);
        let mut districts: Vec<_> = innermost
            .map(|division| {
                let parent =
                    division.parent.and_then(find).filter(|parent| parent.level == DivisionLevel::City);
                District { city: parent.unwrap_or(division).name.clone(), division: division.clone() }
            })
            .collect();
        districts.sort_unstable_by_key(|district| district.division.adcode);
        let people = |district: &District| {
            let thousands = |adcode: Adcode| {
                THOUSANDS.iter().find(|(known, _)| *known == adcode.number()).map(|(_, thousands)| *thousands)
            };
            let siblings =
                || districts.iter().filter(|d| d.division.parent == district.division.parent).count();
            let share = || Some(thousands(district.division.parent?)? / siblings() as u64);
            thousands(district.division.adcode).or_else(share).unwrap_or_default()
        };
        let by_people = Weighted::new(districts.iter().map(people).enumerate().collect::<Vec<_>>());
        Some(Self { districts, by_people, guangzhou })
    }

    /// The district of this code, if it is one of Guangdong's smallest.
    pub fn district(&self, adcode: Adcode) -> Option<&District> {
        let place = self.districts.binary_search_by_key(&adcode, |district| district.division.adcode).ok()?;
        self.districts.get(place)
    }

    /// Whether a position counts as central Guangzhou.
    pub fn is_central(&self, position: LatLng<Wgs84>) -> bool {
        distance(self.guangzhou, position) <= CENTRAL_METRES
    }

    /// A spot in central Guangzhou, or anywhere else.
    pub fn spot(&self, central: bool, stream: &mut Stream) -> Option<Spot<'_>> {
        // Chance may fall into a river or over a border; so often in a row that it matters, it does not.
        (0..100).find_map(|_| if central { self.try_central(stream) } else { self.try_elsewhere(stream) })
    }

    /// Anywhere in the circle, evenly.
    fn try_central(&self, stream: &mut Stream) -> Option<Spot<'_>> {
        let reach = CENTRAL_METRES / METRES_PER_DEGREE;
        let mut offset = || (stream.unit() * 2.0 - 1.0) * reach;
        // A degree of longitude is shorter there by the cosine of 23°.
        let position = rounded(self.guangzhou.lat() + offset(), self.guangzhou.lng() + offset() / 0.92)?;
        let district = self.districts.iter().find(|district| district.holds(position))?;
        self.is_central(position).then_some(Spot { district, position })
    }

    /// In some district, thickest around its centre.
    fn try_elsewhere(&self, stream: &mut Stream) -> Option<Spot<'_>> {
        let district = self.districts.get(*self.by_people.pick(stream)?)?;
        let (centre, bbox) = (district.division.centre, district.division.outline.as_ref()?.bbox());
        let lat = centre.lat() + stream.bell() * (bbox.north() - bbox.south()) / 6.0;
        let lng = centre.lng() + stream.bell() * (bbox.east() - bbox.west()) / 6.0;
        let position = rounded(lat, lng)?;
        (district.holds(position) && !self.is_central(position)).then_some(Spot { district, position })
    }
}

impl District {
    fn holds(&self, position: LatLng<Wgs84>) -> bool {
        self.division
            .outline
            .as_ref()
            .is_some_and(|outline| outline.bbox().contains(position) && outline.contains(position))
    }
}

fn rounded(lat: f64, lng: f64) -> Option<LatLng<Wgs84>> {
    let round = |degrees: f64| (degrees * 1e5).round() / 1e5;
    LatLng::new(round(lat), round(lng)).ok()
}
