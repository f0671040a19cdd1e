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

            /// What it means: the first sentence of its page.
            pub fn meaning(self) -> String {
                crate::explained::first_sentence(self.page())
            }

            /// The one of this name.
            pub fn of_name(name: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|one| one.name() == name)
            }
        }
    };
}

pub(crate) use explained;

/// The first sentence of a page below its title, on one line.
pub(crate) fn first_sentence(page: &str) -> String {
    let lines = page.lines().skip(1).skip_while(|line| line.trim().is_empty());
    let lines = lines.take_while(|line| !line.trim().is_empty() && !line.starts_with('#'));
    let paragraph = lines.map(str::trim).collect::<Vec<_>>().join(" ");
    let end = paragraph.find(". ").map_or(paragraph.len(), |dot| dot + 1);
    paragraph[..end].to_owned()
}
