//! Closed sets of words: how an enum of the floors below is written.

/// Makes an enum of words from an enum of the floors below, so that the document lists them and the compiler
/// notices one that is missing.
macro_rules! wire {
    ($($(#[$doc:meta])* $name:ident = $of:ty { $($(#[$about:meta])* $variant:ident $word:tt)* })*) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize, utoipa::ToSchema)]
        pub enum $name {
            $($(#[$about])* #[serde(rename = $word)] $variant,)*
        }

        impl $name {
            /// The words, as a query takes them.
            pub const WORDS: &'static [&'static str] = &[$($word),*];

            /// The word, as it is sent.
            pub fn word(self) -> &'static str {
                match self {
                    $(Self::$variant => $word,)*
                }
            }

            /// What words of a query mean; what is no word means nothing.
            pub fn read(words: &[&str]) -> Vec<$of> {
                let one = |word: &&str| match *word {
                    $($word => Some(<$of>::$variant),)*
                    _ => None,
                };
                words.iter().filter_map(one).collect()
            }
        }

        impl From<$name> for $of {
            fn from(word: $name) -> Self {
                match word {
                    $($name::$variant => <$of>::$variant,)*
                }
            }
        }

        impl From<$of> for $name {
            fn from(of: $of) -> Self {
                match of {
                    $(<$of>::$variant => Self::$variant,)*
                }
            }
        }
    )*};
}

pub(in crate::http) use wire;
