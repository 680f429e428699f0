//! Vector fields (linear, polynomial, the named systems) and their flows.
