//! Coordinates of a place: decimal degrees with at least three decimals, and degrees, minutes and seconds.

use std::sync::LazyLock;

use regex::Regex;

use super::digits::stands_alone;
use crate::redact::class::Class;
use crate::redact::span::Span;

/// Finds the coordinates of a text that has digits.
pub fn find(text: &str, spans: &mut Vec<Span>) {
    if text.contains('.') {
        for found in DECIMAL.captures_iter(text) {
            let degrees = |name: &str| found.name(name)?.as_str().parse::<f64>().ok();
            let (Some(latitude), Some(longitude)) = (degrees("latitude"), degrees("longitude"))
            else {
                continue;
            };
            let place = found.get(0).map(|whole| (whole.start(), whole.end()));
            let fits = latitude.abs() <= 90.0 && longitude.abs() <= 180.0;
            if let Some(place) = place.filter(|place| fits && stands_alone(text, *place)) {
                let value = value(latitude, longitude);
                spans.push(Span::new(place, Class::Coordinates, "COORDINATES", value));
            }
        }
    }
    if text.contains('°') {
        for found in SEXAGESIMAL.find_iter(text) {
            let value: String = found.as_str().split_whitespace().collect();
            spans.push(Span::new(
                (found.start(), found.end()),
                Class::Coordinates,
                "COORDINATES",
                value,
            ));
        }
    }
}

/// The normal form of a pair of degrees.
fn value(latitude: f64, longitude: f64) -> String {
    format!("{latitude:.4},{longitude:.4}")
}

static DECIMAL: LazyLock<Regex> = LazyLock::new(|| {
    let degree =
        |name: &str, whole: &str| format!(r"(?<{name}>[+-]?[0-9]{{{whole}}}\.[0-9]{{3,}})");
    let (latitude, longitude) = (degree("latitude", "1,2"), degree("longitude", "1,3"));
    let between = r"(?:°? ?[NS]?)(?: ?[,;/] ?| +)";
    Regex::new(&format!("{latitude}{between}{longitude}(?:°? ?[EWO])?"))
        .expect("the pattern is one")
});

static SEXAGESIMAL: LazyLock<Regex> = LazyLock::new(|| {
    let angle =
        r#"[0-9]{1,3}° ?[0-9]{1,2}(?:\.[0-9]+)?['′’] ?(?:[0-9]{1,2}(?:\.[0-9]+)?(?:"|″|”|''))?"#;
    Regex::new(&format!("{angle} ?[NS],? ?{angle} ?[EWO]")).expect("the pattern is one")
});

#[cfg(test)]
mod tests {
    use super::find;

    fn found(text: &str) -> usize {
        let mut spans = Vec::new();
        find(text, &mut spans);
        spans.len()
    }

    #[test]
    fn coordinates_are_pairs_of_degrees() {
        for text in [
            "59.9139, 10.7522",
            "at -33.8688,151.2093!",
            "https://maps.example/@59.91390,10.75220,17z",
            "59°54'50\"N 10°45'8\"E",
        ] {
            assert_eq!(found(text), 1, "{text}");
        }
        for text in ["19.90, 24.90", "1.2.3", "95.1234, 10.1234", "1.234.567,891"] {
            assert_eq!(found(text), 0, "{text}");
        }
    }
}
