//! A figure is data first (a plain struct that serialises), then one renderer draws it.
