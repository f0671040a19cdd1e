//! The user's proxies as settings of apt: for a child whose environment cannot hold them.

use std::collections::BTreeMap;

/// The variable that names a file of settings, which apt reads before its own: those of the machine win, as
/// they win over the variables of proxies.
pub const SETTINGS_FILE: &str = "APT_CONFIG";

/// Settings that say the same to apt as these variables; `None` when there are none. `no_proxy` has no
/// setting.
pub fn proxy_settings(variables: &BTreeMap<String, String>) -> Option<String> {
    let setting = |scheme: &str| {
        let proxy = variables.get(&format!("{scheme}_proxy"))?;
        // What would end the setting has no place in an address.
        let proxy: String = proxy.chars().filter(|c| !c.is_control() && *c != '"').collect();
        Some(format!("Acquire::{scheme}::Proxy \"{proxy}\";\n"))
    };
    let settings = ["http", "https", "ftp"].map(setting);
    // To apt, a setting for http is one for https; the variable is not.
    let direct = match &settings {
        [Some(_), None, _] => Some("Acquire::https::Proxy \"DIRECT\";\n".to_owned()),
        _ => None,
    };
    let text: String = settings.into_iter().chain([direct]).flatten().collect();
    (!text.is_empty()).then_some(text)
}

/// The name and password in an address: `user:secret` of `http://user:secret@host/path`.
pub fn user_of(address: &str) -> Option<&str> {
    let rest = address.split_once("://").map_or(address, |(_, rest)| rest);
    let authority = rest.split(['/', '?', '#', '\\']).next()?;
    authority.rsplit_once('@').map(|(user, _)| user)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings(variables: &[(&str, &str)]) -> Option<String> {
        let owned = variables.iter().map(|(name, value)| ((*name).into(), (*value).into()));
        proxy_settings(&owned.collect())
    }

    #[test]
    fn what_the_variables_say_is_said_in_apts_words() {
        assert_eq!(settings(&[("no_proxy", "localhost")]), None);
        assert_eq!(
            settings(&[("http_proxy", "http://me:it's#1@proxy:1"), ("https_proxy", "http://p:2")]),
            Some(
                "Acquire::http::Proxy \"http://me:it's#1@proxy:1\";\nAcquire::https::Proxy \"http://p:2\";\n"
                    .into()
            )
        );
        assert_eq!(
            settings(&[("http_proxy", "http://p:1")]),
            Some(
                "Acquire::http::Proxy \"http://p:1\";\nAcquire::https::Proxy \"DIRECT\";\n".into()
            )
        );
    }

    #[test]
    fn a_proxy_cannot_bring_a_setting_of_its_own() {
        assert_eq!(
            settings(&[("ftp_proxy", "x\";\nAPT::Update::Pre-Invoke {\"id\";}; \"")]).unwrap(),
            "Acquire::ftp::Proxy \"x;APT::Update::Pre-Invoke {id;}; \";\n"
        );
    }
}
