//! A field that somebody else learned, known by its values at some states: read, checked, and fitted with a class of models.

use super::repair_error::RepairError;
use crate::data::Paths;
use crate::fit::{DataRecord, ModelFile, ModelSpec, Optimiser, Training, unwatched};
use crate::method::{Method, Sampling, catalog};
use serde::Deserialize;

/// Values of a field: f̂(x) at states x.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SampledField {
    /// Names of the variables.
    pub variables: Vec<String>,
    /// The states.
    pub states: Vec<Vec<f64>>,
    /// The field's value at each of them.
    pub field: Vec<Vec<f64>>,
    /// The method that the field was trained through, where the file says it.
    #[serde(default)]
    pub method: Option<String>,
    /// H, where the file says it.
    #[serde(default)]
    pub interval: Option<f64>,
    /// m, where the file says it.
    #[serde(default)]
    pub substeps: Option<u32>,
}

impl SampledField {
    /// From a JSON document `{"variables": ["x", …], "states": [[…], …], "field": [[…], …]}`, with `method`, `interval` and `substeps` where they are known.
    ///
    /// Errors where it is no such document, or its parts do not fit together; `origin` names it.
    pub fn from_json(text: &str, origin: &str) -> Result<Self, RepairError> {
        let read: Self = serde_json::from_str(text).map_err(|error| {
            RepairError::Samples(format!(
                "{origin}: {error}; a sampled field is {{\"variables\": [\"x\", …], \"states\": [[…], …], \"field\": [[…], …]}}"
            ))
        })?;
        read.checked(origin)
    }

    /// From a table with a header: one column per variable, and a column `f_NAME` for the derivative of each.
    ///
    /// Errors name the line and the column; `origin` the file.
    pub fn from_csv(text: &str, origin: &str) -> Result<Self, RepairError> {
        let fail = |what: String| RepairError::Samples(format!("{origin}: {what}"));
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        let mut reader = csv::ReaderBuilder::new().trim(csv::Trim::All).from_reader(text.as_bytes());
        let header: Vec<String> = reader.headers().map_err(|error| fail(error.to_string()))?.iter().map(str::to_owned).collect();
        let place = |name: &str| header.iter().position(|h| h == name);
        let variables: Vec<String> = header.iter().filter(|name| place(&format!("f_{name}")).is_some()).cloned().collect();
        let told = |name: &String| variables.contains(name) || name.strip_prefix("f_").is_some_and(|v| variables.iter().any(|x| x == v));
        if let Some(other) = header.iter().find(|name| !told(name)) {
            return Err(fail(format!(
                "line 1: the column `{other}` has no partner; a sampled field has a column for each variable and one named f_VARIABLE for its derivative"
            )));
        }
        let columns: Vec<(usize, usize)> = variables.iter().filter_map(|v| place(v).zip(place(&format!("f_{v}")))).collect();
        let (mut states, mut field) = (Vec::new(), Vec::new());
        for record in reader.records() {
            let record = record.map_err(|error| fail(error.to_string()))?;
            let line = record.position().map_or(0, csv::Position::line);
            let number = |k: usize| {
                let cell = record.get(k).unwrap_or("");
                let value = cell.parse::<f64>().ok().filter(|x| x.is_finite());
                value.ok_or_else(|| fail(format!("line {line}, column `{}`: `{cell}` is not a finite number", header[k])))
            };
            states.push(columns.iter().map(|c| number(c.0)).collect::<Result<_, _>>()?);
            field.push(columns.iter().map(|c| number(c.1)).collect::<Result<_, _>>()?);
        }
        Self { variables, states, field, method: None, interval: None, substeps: None }.checked(origin)
    }

    fn checked(self, origin: &str) -> Result<Self, RepairError> {
        let fail = |what: String| Err(RepairError::Samples(format!("{origin}: {what}")));
        let d = self.variables.len();
        if d == 0 || self.states.is_empty() {
            return fail("there is no sample of a field in it".into());
        }
        if self.states.len() != self.field.len() {
            return fail(format!("{} states and {} values of the field", self.states.len(), self.field.len()));
        }
        for (what, rows) in [("states", &self.states), ("field", &self.field)] {
            if let Some(k) = rows.iter().position(|row| row.len() != d || row.iter().any(|x| !x.is_finite())) {
                return fail(format!("row {} of `{what}` is not {d} finite numbers", k + 1));
            }
        }
        Ok(self)
    }

    /// The class of models fitted to the values by least squares, as the model file of a training through `method`. Its loss is the mean square residual of
    /// the field.
    ///
    /// Errors where there are fewer values than coefficients, or the class cannot be fitted.
    pub fn fitted(&self, origin: &str, spec: &ModelSpec, method: &Method, sampling: Sampling) -> Result<ModelFile, RepairError> {
        // One Euler step of size one from x to x + f̂(x): its residual is that of the field itself.
        let target = |(x, f): (&Vec<f64>, &Vec<f64>)| x.iter().copied().chain(x.iter().zip(f).map(|(x, f)| x + f)).collect();
        let pairs = Paths::flat(self.variables.len(), self.states.iter().zip(&self.field).map(target));
        let direct = Training::new(spec.clone(), catalog::find("forward-euler")?, Sampling::new(1.0, 1)?);
        let prepared = direct.prepare(&pairs)?;
        let (coefficients, values) = (prepared.model().parameter_count(), self.states.len() * self.variables.len());
        if prepared.optimiser() == Optimiser::Direct && coefficients > values {
            return Err(RepairError::Samples(format!(
                "{origin}: {values} values of the field cannot determine the {coefficients} coefficients of {spec}; take a smaller class of models"
            )));
        }
        let fit = prepared.fit(0, None, &mut unwatched)?;
        let training = Training::new(spec.clone(), method.clone(), sampling);
        let record = DataRecord::of(origin, &self.variables, &Paths::flat(self.variables.len(), self.states.iter().cloned()));
        Ok(ModelFile::new(&training, record, fit))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tables_and_documents_are_the_same_field() {
        let table = SampledField::from_csv("x, f_y, y, f_x\n1, 2, 3, 4\n5, 6, 7, 8\n", "f.csv").unwrap();
        let text = r#"{"variables": ["x", "y"], "states": [[1, 3], [5, 7]], "field": [[4, 2], [8, 6]]}"#;
        assert_eq!(SampledField::from_json(text, "f.json").unwrap(), table);
    }

    #[test]
    fn what_is_wrong_and_where() {
        let csv = |text: &str| SampledField::from_csv(text, "f.csv").unwrap_err().to_string();
        assert!(csv("x,y,f_x\n1,2,3\n").contains("column `y` has no partner"));
        assert!(csv("x,f_x\n1,2\n1,nan\n").contains("line 3, column `f_x`: `nan`"));
        assert!(csv("x,f_x\n").contains("no sample"));
        assert!(csv("x,f_x\n1\n").starts_with("f.csv: "));
        let json = |text: &str| SampledField::from_json(text, "f.json").unwrap_err().to_string();
        assert!(json(r#"{"variables": ["x"], "states": [[1]]}"#).contains("missing field `field`"));
        assert!(json(r#"{"variables": ["x"], "states": [[1], [2]], "field": [[1]]}"#).contains("2 states and 1 values"));
        assert!(json(r#"{"variables": ["x"], "states": [[1, 2]], "field": [[1]]}"#).contains("row 1 of `states`"));
        assert!(json("[1]").contains("f.json"));
    }
}
