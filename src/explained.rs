//! Names that have a page: an enum that `labready explain` can explain, variant by variant.

/// Declares an enum with the name and the page of each variant, so that none of the three can be
/// forgotten. The pages lie in a folder beside the file that declares it.
macro_rules! explained {
    (
        $(#[$attribute:meta])*
        pub enum $type:ident in $folder:literal {
            $($(#[$doc:meta])* $variant:ident = $name:literal,)*
        }
    ) => {
        $(#[$attribute])*
        pub enum $type {
            $($(#[$doc])* #[serde(rename = $name)] $variant,)*
        }

        impl $type {
            /// Every one, in the order of declaration.
            pub const ALL: &[Self] = &[$(Self::$variant,)*];

            /// Its name: `disk-full`.
            pub fn name(self) -> &'static str {
                match self {
                    $(Self::$variant => $name,)*
                }
            }

            /// What it means, how labready knows and what to do, in Markdown.
            pub fn page(self) -> &'static str {
                match self {
                    $(Self::$variant => include_str!(concat!($folder, "/", $name, ".md")),)*
                }
            }
        }
    };
}

pub(crate) use explained;
