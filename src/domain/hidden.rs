//! Texts that must not be seen: whatever prints one prints `***`, so that none ends in a log by accident.

/// Makes types of hidden text. Each is read from JSON as text, and shown only to who says `expose`.
macro_rules! hidden {
    ($($(#[$doc:meta])* $name:ident;)+) => {$(
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Deserialize)]
        #[serde(transparent)]
        pub struct $name(String);

        impl $name {
            /// The text, for whoever it is meant for.
            #[must_use]
            pub fn expose(&self) -> &str {
                &self.0
            }
        }

        impl From<String> for $name {
            fn from(text: String) -> Self {
                Self(text)
            }
        }

        impl From<&str> for $name {
            fn from(text: &str) -> Self {
                Self(text.to_owned())
            }
        }

        impl std::fmt::Debug for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(concat!(stringify!($name), "(***)"))
            }
        }
    )+};
}

pub(crate) use hidden;

#[cfg(test)]
mod tests {
    hidden! {
        /// A text of a test.
        Whisper;
    }

    #[test]
    fn what_is_hidden_is_not_printed() {
        let whisper: Whisper = serde_json::from_str("\"psst\"").unwrap();
        assert_eq!(whisper.expose(), "psst");
        assert_eq!(format!("{:?}", Some(whisper)), "Some(Whisper(***))");
    }
}
