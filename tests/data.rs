//! Files into trajectories: what a user hands in, and how it is read.

use lambdahat::data::{
    DataError, DataProblem, DataRemark, Hold, LeftOutColumn, MemberFault, Reading, Spacing, Stamps, TimeSource, TimeUnit, Trajectories,
    Trajectory,
};
use lambdahat::truth::{ModesOptions, find_modes};

fn read(text: &str) -> Result<Trajectories, DataError> {
    Reading::default().parse(text.as_bytes(), "data.csv")
}

fn message(text: &str) -> String {
    read(text).map(|_| String::new()).unwrap_err().to_string()
}
#[test]
fn files_as_people_write_them() {
    let plain = read("t,x,y\n0,1,2\n0.1,3,4\n0.2,5,7\n").unwrap();
    for same in [
        "\u{feff}t,x,y\r\n0,1,2\r\n0.1,3,4\r\n0.2,5,7\r\n",
        "# a comment\n\nt;x;y\n0;1;2\n# another\n0.1;3;4\n\n0.2;5;7",
        "x\tTime\ty\n1\t0\t2\n3\t0.1\t4\n5\t0.2\t7\n",
        "\"t\" , \"x\",y\n 0, 1 ,\"2\"\n0.1,3,4\n0.2,5,7\n",
        "x,T,y\n1,0,2\n3,0.1,4\n5,0.2,7\n",
        "when,x,y\n0,1,2\n0.1,3,4\n0.2,5,7\n",
        "trajectory,when,x,y\na,0,1,2\na,0.1,3,4\na,0.2,5,7\n",
    ] {
        let data = read(same).unwrap();
        assert_eq!((data.spacing(), data.variables()), (plain.spacing(), plain.variables()), "{same}");
        assert!(data.all_states().eq(plain.all_states()), "{same}");
    }
    assert_eq!(plain.spacing(), Spacing::Even { interval: 0.1 });
    // Rows of two trajectories, mixed.
    let two = read("trajectory,t,x\na,0,1\nb,5,10\na,1,2\nb,6,20\na,2,3\n").unwrap();
    assert_eq!((two.count(), two.samples(), two.pairs().count()), (2, 5, 3));
    assert_eq!(two.trajectories()[1].start(), 5.0);
    // Seconds since 1970, a hundred a second: rounded to 2.4e-7, which is no uneven sampling.
    let clock: String = (0..50).map(|n| format!("{:.2},{}\n", 1.7e9 + 0.01 * f64::from(n), n * n)).collect();
    assert!((read(&format!("t,x\n{clock}")).unwrap().spacing().typical() - 0.01).abs() < 1e-7);
}

#[test]
fn each_fault_is_named_with_its_place_and_its_remedy() {
    let cases = [
        ("", "data.csv: the file is empty; it needs a header such as t,x,y and at least two rows of numbers"),
        ("\n# only a comment\n", "data.csv: the file is empty; it needs a header such as t,x,y and at least two rows of numbers"),
        ("t,x\n", "data.csv: there is a header but no row of numbers below it; at least two samples are needed"),
        ("3,1\n1,2\n", "data.csv, line 1: the first line holds numbers only; it must name the columns, such as t,x,y"),
        (
            "t\n0\n1\n",
            "data.csv, line 1: there is no state column beside the time; cells are separated by commas, semicolons, tabs or blanks",
        ),
        ("t,x\n0,1\n", "data.csv, line 2: the trajectory has one sample only; at least two are needed"),
        (
            "trajectory,t,x\na,0,1\nb,0,2\nb,1,2\nc,0,1\nd,0,1\n",
            "data.csv, line 2: trajectory `a` has one sample only; at least two are needed",
        ),
        (
            "t,x\n0,1\n1,-inf\n",
            "data.csv, line 3, column 2 (`x`): the cell holds `-inf`, which is not a finite number; empty the cell if its value is missing",
        ),
        (
            "t,x\n0,1\n1,1e999\n",
            "data.csv, line 3, column 2 (`x`): the cell holds `1e999`, which is not a finite number; empty the cell if its value is missing",
        ),
        (
            "# c\n\nt,x\n0,1\n\n# c\n1,abc\n",
            "data.csv, line 7, column 2 (`x`): the cell holds `abc`, which is not a number; leave the column out, or empty the cell if its value is missing",
        ),
        (
            "t;x\n0;1,5\n1;2.5\n",
            "data.csv, line 2, column 2 (`x`): the cell holds `1,5`, which is not a number; write decimals with a point",
        ),
        (
            "t,x\n31/12/2020,1\n",
            "data.csv, line 2, column 1 (`t`): the cell holds `31/12/2020`, which is neither a number nor a date; write dates as 2024-01-31, the year first",
        ),
        ("t,x\n2020-01-01,1\n5,2\n", "data.csv, line 3, column 1 (`t`): the cell holds `5`, but the times before it are dates"),
        ("t,x\n0,1\n,2\n", "data.csv, line 3, column 1 (`t`): the time is missing; remove the row"),
        ("t,x,y\n0,1,\n1,2,NA\n", "data.csv, column 3 (`y`): the column has no value in any row; leave it out"),
        ("trajectory,t,x\n,0,1\n", "data.csv, line 2, column 1 (`trajectory`): the cell is empty; fill it in or remove the row"),
        (
            "x,y\n5,1\n4,2\n",
            "data.csv, line 3, column 1 (`x`): no column is named as a time (t, time, date, timestamp, year, …), and this first one does not increase from row to row; say which column is the time, or how far apart the samples are",
        ),
        (
            ",x\n0,5\n1,6\n2,8\n",
            "data.csv, column 1: no column is named as a time, and the first one only counts the rows; say which column is the time, or how far apart the samples are",
        ),
        (
            "t,x,y\n0,1,2\n1,2\n",
            "data.csv, line 3, column 3 (`y`): the row has 2 cells, but the header names 3 columns; complete or remove the row",
        ),
        ("t,x\n0,1,2\n", "data.csv, line 2, column 3: the row has 3 cells, but the header names 2 columns; complete or remove the row"),
        (
            "t,x\n0,1\n1,2\n1,3\n",
            "data.csv, line 4, column 1 (`t`): time goes from 1 to 1, but it must increase; if a new trajectory starts here, tell them apart by a column named `trajectory`",
        ),
        (
            "t,x\n0,1\n1,2\n0,3\n",
            "data.csv, line 4, column 1 (`t`): time goes from 1 to 0, but it must increase; if a new trajectory starts here, tell them apart by a column named `trajectory`",
        ),
        (
            "t,x,y\n0,3,7\n1,3,7\n",
            "data.csv: every state is constant, so the data say nothing about how the state moves; record a trajectory away from rest",
        ),
        ("t,,y\n0,1,7\n", "data.csv, line 1, column 2: the column has no name; name it in the header"),
        ("t,x,x\n0,1,7\n", "data.csv, line 1, column 3 (`x`): a column before this one has the same name; rename one of them"),
        (
            "t,x,time\n0,1,7\n",
            "data.csv, line 1, column 3 (`time`): column 1 is named as a time too; say which is the time, or rename one of them",
        ),
    ];
    for (text, expected) in cases {
        assert_eq!(message(text), expected, "{text:?}");
    }
    let utf16 = Reading::default().parse(b"t,x\n0,\xff\n", "data.csv").unwrap_err();
    assert_eq!(utf16.problem, DataProblem::NotUtf8 { byte: 7 });
    let missing = Reading::default().open(std::path::Path::new("no/such/file.csv")).unwrap_err().to_string();
    assert!(missing.starts_with("no/such/file.csv: cannot be read: "), "{missing}");
    let negative = find_modes(&read("t,x\n0,1\n1,-2\n2,1\n").unwrap(), &ModesOptions { log: true, ..ModesOptions::default() }).unwrap_err();
    assert_eq!(
        negative.to_string(),
        "data.csv, line 3, column 2 (`x`): the value -2 is not positive, so its logarithm cannot be fitted; leave the logarithm out, or shift the data"
    );
    // Uneven times can be read, but not be used as even ones, nor are they to be made even.
    for uneven in ["t,x\n0,1\n1.1,2\n2,3\n3.2,5\n", "trajectory,t,x\na,0,1\na,1,2\nb,0,1\nb,2,3\n"] {
        let error = read(uneven).unwrap().require_even().map(|_| ()).unwrap_err();
        assert!(matches!(error.problem, DataProblem::Uneven { .. }), "{error}");
        assert!(!error.to_string().contains("resample"), "{error}");
    }
}

/// The same samples, however they are written.
#[test]
fn tables_as_programs_write_them() {
    let plain = read("t,x,y\n0,1,2\n0.1,3,4\n0.2,5,7\n").unwrap();
    let bits = |data: &Trajectories| -> Vec<u64> { data.all_states().flatten().map(|x| x.to_bits()).collect() };
    for same in [
        // np.savetxt, with and without a separator.
        "# t x y\n0.000000000000000000e+00 1.0e+00 2.0e+00\n1.000000000000000056e-01 3.0e+00 4.0e+00\n2.000000000000000111e-01 5.0e+00 7.0e+00\n",
        "# made by a program\n# t,x,y\n0.0,1.0,2.0\n0.1,3.0,4.0\n0.2,5.0,7.0\n",
        // Excel, pandas, R.
        "sep=;\nt;x;y\n0;1;2\n0.1;3;4\n0.2;5;7\n",
        ",t,x,y\n0,0.0,1,2\n1,0.1,3,4\n2,0.2,5,7\n",
        "\"t\" \"x\" \"y\"\n\"1\" 0 1 2\n\"2\" 0.1 3 4\n\"3\" 0.2 5 7\n",
        "t,x,y,\n0,1,2,\n0.1,3,4,\n0.2,5,7,\n",
        "  t     x  y\n  0.0   1  2\n  0.1   3  4\n  0.2   5  7\n",
        "id,t,x,y\n1,0,1,2\n2,0.1,3,4\n3,0.2,5,7\n",
        "t,x,y\r0,1,2\r0.1,3,4\r0.2,5,7\r",
        ",x,y\n0.0,1,2\n0.1,3,4\n0.2,5,7\n",
        // A title, as Tracker writes it.
        "mass A\nt\tx\ty\n0\t1\t2\n0.1\t3\t4\n0.2\t5\t7\n",
        // R's own numbers of rows, read again by R.
        "rownames,t,x,y\n1,0,1,2\n2,0.1,3,4\n3,0.2,5,7\n",
        ",Hours,x,y\n1,0,1,2\n2,0.1,3,4\n3,0.2,5,7\n",
        "x,Seconds,y\n1,0,2\n3,0.1,4\n5,0.2,7\n",
    ] {
        let data = read(same).unwrap_or_else(|error| panic!("{same}: {error}"));
        assert_eq!((data.spacing(), data.variables(), bits(&data)), (plain.spacing(), plain.variables(), bits(&plain)), "{same}");
    }
    // A temperature is no time, and a year is a number.
    let heated = read("T,t,x\n20,0,1\n21,0.5,3\n19,1,2\n").unwrap();
    assert_eq!((heated.variables(), heated.spacing().even()), (&["T".to_string(), "x".into()][..], Some(0.5)));
    let yearly = read("year,x\n1900,1\n1901,3\n1902,2\n").unwrap();
    assert_eq!((yearly.time_unit(), yearly.trajectories()[0].times()), (TimeUnit::Year, &[1900.0, 1901.0, 1902.0][..]));
    let months = read("year,x\n2000.042,1\n2000.125,3\n2000.208,2\n2000.292,5\n2000.375,4\n").unwrap();
    assert!((months.spacing().even().unwrap() - 1.0 / 12.0).abs() < 1e-4);
    for name in ["run", "Episode", "traj", "id", "TRAJECTORY", "Subject", "trial", "experiment"] {
        let two = read(&format!("{name},t,x\n7,0,1\n7,1,2\n8,0,3\n8,1,5\n")).unwrap();
        assert_eq!((two.count(), two.trajectories()[1].label.as_deref(), two.taken().trajectory.as_deref()), (2, Some("8"), Some(name)));
    }
}

#[test]
fn times_as_they_are_recorded() {
    let frames: String = (0..90).map(|k| format!("{:?},{}\n", (f64::from(k) / 30.0 * 1e3).round() / 1e3, (k * k) % 97)).collect();
    assert_eq!(read(&format!("t,x\n{frames}")).unwrap().spacing(), Spacing::Even { interval: 1.0 / 30.0 });
    let milliseconds: String = (0..90).map(|k| format!("{},{}\n", (f64::from(k) / 30.0 * 1e3).round(), (k * k) % 97)).collect();
    let found = read(&format!("t,x\n{milliseconds}")).unwrap().spacing().even().unwrap();
    assert!((found - 1000.0 / 30.0).abs() < 0.01, "{found}");
    let single: String = (0..4000).map(|k| format!("{},{}\n", k as f32 * 0.1, (k * k) % 97)).collect();
    assert!((read(&format!("t,x\n{single}")).unwrap().spacing().even().unwrap() - 0.1).abs() < 1e-7);
    let dates: String = (1..=28).map(|k| format!("2024-02-{k:02}T00:00:00,{}\n", (k * k) % 17)).collect();
    let daily = read(&format!("date,x\n{dates}")).unwrap();
    assert_eq!((daily.spacing().even(), daily.time_unit()), (Some(1.0), TimeUnit::Day));
    let source = TimeSource::Column { column: "date".into(), stamps: Stamps::Dates, by_name: true };
    assert_eq!(daily.taken().time, source);
    let hours = Reading { time_unit: Some(TimeUnit::Hour), ..Reading::default() };
    assert_eq!(hours.parse(format!("date,x\n{dates}").as_bytes(), "d").unwrap().spacing().even(), Some(24.0));
    let rows = Reading { interval: Some(0.25), ..Reading::default() };
    let data = rows.parse(b"x,y\n3,1\n2,2\n1,4\n", "d").unwrap();
    assert_eq!((data.spacing().even(), data.dimension(), &data.taken().time), (Some(0.25), 2, &TimeSource::Rows));
    let both = rows.parse(b"t,x\n0,1\n1,2\n", "d").unwrap_err();
    assert_eq!(both.problem, DataProblem::IntervalBesideTimes);
    // Years with quarters beside them are no times; who names the columns leaves them out.
    let quarters = Reading { columns: Some(vec!["x".into()]), ..rows };
    let data = quarters.parse(b"year,quarter,x\n1959,1,3\n1959,2,5\n1959,3,4\n", "d").unwrap();
    assert_eq!((data.spacing().even(), &data.taken().time), (Some(0.25), &TimeSource::Rows));
}

#[test]
fn gaps_and_missing_cells_are_kept() {
    let data = read("t,x,y\n0,1,2\n1,,4\n2,5,NaN\n3,6,NA\n4,7,-\n5,9,null\n6,-999,3\n7,1,2\n10,3,3\n11,4,5\n").unwrap();
    assert_eq!((data.samples(), data.missing_cells(), data.is_complete()), (10, 5, false));
    assert_eq!(data.gaps().iter().map(|g| (g.after, g.missing)).collect::<Vec<_>>(), [(7, Some(2))]);
    let even = data.require_even().unwrap();
    assert_eq!(even.pairs().collect::<Vec<_>>(), [(&[-999.0, 3.0][..], &[1.0, 2.0][..]), (&[3.0, 3.0], &[4.0, 5.0])]);
    let declared = Reading { missing: vec!["-999.0".into()], ..Reading::default() };
    assert_eq!(declared.parse(b"t,x\n0,-999\n1,2\n2,3\n", "d").unwrap().missing_cells(), 1);
}

#[test]
fn columns_and_inputs_as_chosen() {
    let text = b"time,u:valve,x,y,pump,note\n0,1,2,3,4,a\n1,1,3,4,5,b\n2,0,5,5,7,c\n";
    let reading =
        Reading { columns: Some(vec!["y".into(), "X".into()]), inputs: vec!["pump".into()], hold: Hold::Linear, ..Reading::default() };
    let data = reading.parse(text, "d").unwrap();
    assert_eq!(
        (data.variables(), data.inputs(), data.hold()),
        (&["y".to_string(), "x".into()][..], &["valve".to_string(), "pump".into()][..], Hold::Linear)
    );
    assert_eq!(data.trajectories()[0].inputs(), [1.0, 4.0, 1.0, 5.0, 0.0, 7.0]);
    assert_eq!(data.all_states().next(), Some(&[3.0, 2.0][..]));
    assert_eq!(data.taken().left_out, [("note".to_string(), LeftOutColumn::NotChosen)]);
    let problem = |reading: Reading| reading.parse(text, "d").unwrap_err().problem;
    assert!(matches!(problem(Reading { time: Some("when".into()), ..Reading::default() }), DataProblem::NoSuchColumn { .. }));
    assert!(matches!(
        problem(Reading { columns: Some(vec!["time".into()]), time: Some("time".into()), ..Reading::default() }),
        DataProblem::TwoRoles
    ));
    assert!(matches!(problem(Reading::default()), DataProblem::NotANumber { .. }));
}

#[test]
fn what_looks_odd_is_said() {
    let table = |columns: &str, row: &dyn Fn(f64) -> String| {
        let rows: String = (0..200).map(|k| format!("{}\n", row(f64::from(k) * 0.1))).collect();
        read(&format!("{columns}\n{rows}")).unwrap().taken().remarks.clone()
    };
    let wobble = |t: f64| (-0.1 * t).exp() * (2.0 * t).cos() + 0.3 * (1.1 * t).sin();
    let held = table("t,x,u", &|t| format!("{t:.1},{},{}", wobble(t), f64::from((t * 1.7) as i32 % 3)));
    assert_eq!(held, [DataRemark::LooksHeld { column: "u".into(), values: 3 }]);
    let periodic = table("t,x,u", &|t| format!("{t:.1},{},{}", wobble(t), (1.3 * t).cos()));
    assert!(
        matches!(&periodic[..], [DataRemark::LooksPeriodic { column, period }] if column == "u" && (period - std::f64::consts::TAU / 1.3).abs() < 1e-6)
    );
    // Every fifth sample was taken, the others were filled in.
    let filled = |t: f64| {
        let (left, share) = ((t * 2.0).floor() / 2.0, (t * 2.0).fract());
        (1.0 - share) * wobble(left) + share * wobble(left + 0.5)
    };
    let few = |t: f64| if t > 6.0 && t < 9.0 { filled(t) } else { wobble(t) };
    assert!(
        matches!(&table("t,x,y", &|t| format!("{t:.1},{},{}", few(t), wobble(t + 1.0)))[..], [DataRemark::FilledIn { column, cells }] if column == "x" && (20..30).contains(cells))
    );
    // Nothing odd: noise, counts, few digits, an oscillator.
    for row in [
        &(|t: f64| format!("{t:.1},{:.2},{:.2}", wobble(t), wobble(t + 1.0))) as &dyn Fn(f64) -> String,
        &|t| format!("{t:.1},{},{}", (50.0 * wobble(t)).round(), (50.0 * wobble(t + 1.0)).round()),
        &|t| format!("{t:.1},{},{}", (2.0 * t).cos(), (2.0 * t).sin()),
        &|t| format!("{t:.1},{},{}", wobble(t), 0.3 * t),
    ] {
        assert_eq!(table("t,x,y", row), []);
    }
    // Nor an encoder that counts slow and quick turns in the same steps.
    let counted: String = (0..4000)
        .map(|k| 0.001 * f64::from(k))
        .map(|t| format!("{t:.3},{},{}\n", (600.0 * (-2.0 * t).exp() * (9.0 * t).cos()).round() * 0.09, wobble(t)))
        .collect();
    assert_eq!(read(&format!("t,angle,y\n{counted}")).unwrap().taken().remarks, []);
}

/// `np.save` and `np.savez` (numpy 2.4): x = [[1, 2], [3, 4], [5, 7]], also column by column, with t = [0, 0.1, 0.2].
#[test]
fn arrays_of_numpy() {
    let header = |text: &str| {
        let padded = format!("{text:<117}\n");
        [b"\x93NUMPY\x01\x00".as_slice(), &(padded.len() as u16).to_le_bytes(), padded.as_bytes()].concat()
    };
    let doubles = |x: &[f64]| x.iter().flat_map(|x| x.to_le_bytes()).collect::<Vec<u8>>();
    let rows = [header("{'descr': '<f8', 'fortran_order': False, 'shape': (3, 2), }"), doubles(&[1.0, 2.0, 3.0, 4.0, 5.0, 7.0])].concat();
    let columns = [header("{'descr': '<f8', 'fortran_order': True, 'shape': (3, 2), }"), doubles(&[1.0, 3.0, 5.0, 2.0, 4.0, 7.0])].concat();
    let single: Vec<u8> = [1f32, 2.0, 3.0, 4.0, 5.0, 7.0].iter().flat_map(|x| x.to_be_bytes()).collect();
    let single = [header("{'descr': '>f4', 'fortran_order': False, 'shape': (1, 3, 2), }"), single].concat();
    let reading = Reading { interval: Some(0.1), ..Reading::default() };
    for bytes in [&rows, &columns, &single] {
        let data = reading.parse(bytes, "x.npy").unwrap();
        assert_eq!(data.all_states().flatten().copied().collect::<Vec<_>>(), [1.0, 2.0, 3.0, 4.0, 5.0, 7.0]);
        assert_eq!((data.spacing().even(), data.variables()), (Some(0.1), &["x1".to_string(), "x2".into()][..]));
    }
    let problem = |bytes: &[u8]| Reading::default().parse(bytes, "x.npy").unwrap_err().problem;
    assert_eq!(problem(&rows), DataProblem::NumpyWithoutTimes);
    assert_eq!(problem(&rows[..rows.len() - 1]), DataProblem::NumpyBroken);
    for length in 0..rows.len() {
        let _ = reading.parse(&rows[..length], "x.npy");
    }
    let objects = [header("{'descr': '|O', 'fortran_order': False, 'shape': (3, 2), }"), vec![0; 48]].concat();
    assert_eq!(problem(&objects), DataProblem::NumpyType { found: "|O".into() });
    let archive = std::fs::read(std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/samples.npz")).unwrap();
    let data = Reading::default().parse(&archive, "samples.npz").unwrap();
    assert_eq!((data.spacing().even(), data.samples(), data.dimension(), data.inputs()), (Some(0.1), 3, 2, &["u".to_string()][..]));
    for length in (0..archive.len()).step_by(7) {
        let _ = Reading::default().parse(&archive[..length], "samples.npz");
    }
}

/// `np.savez_compressed(file, t=t, x=x)` (numpy 2.4) with t and x of [`arrays_of_numpy`]: read as they are, and damage is told from what numpy writes.
#[test]
fn compressed_arrays_of_numpy() {
    let intact = std::fs::read(std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/compressed.npz")).unwrap();
    let read = |bytes: &[u8]| Reading::default().parse(bytes, "x.npz").map_err(|e| (e.to_string(), e.problem));
    let data = read(&intact).unwrap();
    assert_eq!(data.all_states().flatten().copied().collect::<Vec<_>>(), [1.0, 2.0, 3.0, 4.0, 5.0, 7.0]);
    assert_eq!((data.trajectories()[0].times(), data.variables()), (&[0.0, 0.1, 0.2][..], &["x1".to_string(), "x2".into()][..]));
    // The directory's entry of `x`, the second.
    let entry = intact.windows(4).rposition(|w| w == b"PK\x01\x02").unwrap();
    let changed = |at: usize, bytes: &[u8]| {
        let mut file = intact.clone();
        file[at..at + bytes.len()].copy_from_slice(bytes);
        read(&file).unwrap_err()
    };
    let member = |fault| DataProblem::ArchiveMember { name: "x".into(), fault };
    let (said, problem) = changed(entry + 16, &[0; 4]);
    assert_eq!(problem, member(MemberFault::Checksum));
    assert_eq!(said, "x.npz: the array `x` of the archive is damaged: its checksum is wrong; save the file again, or copy it anew");
    // Sizes that lie: 4 GiB, one byte less, one byte more.
    let size = u32::from_le_bytes(intact[entry + 24..entry + 28].try_into().unwrap());
    for lie in [u32::MAX - 1, size - 1, size + 1] {
        assert_eq!(changed(entry + 24, &lie.to_le_bytes()).1, member(MemberFault::Size));
    }
    // Compressed bytes of the reserved kind of block, and ones that are cut off.
    let local = u32::from_le_bytes(intact[entry + 42..entry + 46].try_into().unwrap()) as usize;
    let body = local + 30 + usize::from(intact[local + 26]) + usize::from(intact[local + 28]);
    assert_eq!(changed(body, &[0b111]).1, member(MemberFault::Deflate));
    let packed = u32::from_le_bytes(intact[entry + 20..entry + 24].try_into().unwrap());
    assert_eq!(changed(entry + 20, &(packed - 9).to_le_bytes()).1, member(MemberFault::Deflate));
    // LZMA, and one member twice.
    assert_eq!(changed(entry + 10, &[14, 0]).1, DataProblem::ArchiveMethod { name: "x".into(), method: 14 });
    assert_eq!(changed(entry + 20, &300u32.to_le_bytes()).1, DataProblem::NumpyBroken);
}

/// Cut off anywhere, or with any bit flipped, an archive gives its samples or an error; what is read without one are the samples.
#[test]
fn damaged_archives_give_errors() {
    for name in ["compressed.npz", "samples.npz"] {
        let mut file = std::fs::read(std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data").join(name)).unwrap();
        let read = |bytes: &[u8]| Reading::default().parse(bytes, name).ok().map(|d| d.all_states().flatten().copied().collect::<Vec<_>>());
        for length in 0..file.len() {
            assert_eq!(read(&file[..length]), None, "{name} cut to {length} bytes");
        }
        let mut refused = 0;
        for at in 0..file.len() {
            for bit in 0..8 {
                file[at] ^= 1 << bit;
                match read(&file) {
                    Some(states) => assert_eq!(states, [1.0, 2.0, 3.0, 4.0, 5.0, 7.0], "{name}, bit {bit} of byte {at}"),
                    None => refused += 1,
                }
                file[at] ^= 1 << bit;
            }
        }
        // Bytes that matter to nobody are local headers, times of writing, and attributes.
        assert!(refused > 4 * file.len(), "{name}: {refused} of {} flips refused", 8 * file.len());
    }
}

/// An archive of numpy with an array for each column is a table like any other: times, runs, inputs, missing values, chosen columns.
#[test]
fn an_archive_of_columns_is_a_table() {
    let array = |x: &[f64]| {
        let header = format!("{:<117}\n", format!("{{'descr': '<f8', 'fortran_order': False, 'shape': ({},), }}", x.len()));
        let bytes = x.iter().flat_map(|x| x.to_le_bytes()).collect::<Vec<u8>>();
        [b"\x93NUMPY\x01\x00".as_slice(), &(header.len() as u16).to_le_bytes(), header.as_bytes(), &bytes].concat()
    };
    // A ZIP archive without compression.
    let archive = |members: &[(&str, Vec<u8>)]| {
        let (mut bodies, mut directory) = (Vec::new(), Vec::new());
        let half = |n: usize| (n as u16).to_le_bytes();
        let whole = |n: usize| (n as u32).to_le_bytes();
        for (name, body) in members {
            let start = bodies.len();
            bodies.extend(
                [
                    b"PK\x03\x04".as_slice(),
                    &[0; 14],
                    &whole(body.len()),
                    &whole(body.len()),
                    &half(name.len()),
                    &half(0),
                    name.as_bytes(),
                    body,
                ]
                .concat(),
            );
            let sum = crc32fast::hash(body).to_le_bytes();
            let fixed = [
                b"PK\x01\x02".as_slice(),
                &[0; 12],
                &sum,
                &whole(body.len()),
                &whole(body.len()),
                &half(name.len()),
                &[0; 12],
                &whole(start),
            ];
            directory.extend([fixed.concat(), name.as_bytes().to_vec()].concat());
        }
        let start = bodies.len();
        [
            bodies,
            directory,
            [b"PK\x05\x06".as_slice(), &[0; 4], &half(members.len()), &half(members.len()), &whole(0), &whole(start), &half(0)].concat(),
        ]
        .concat()
    };
    let bytes = archive(&[
        ("t.npy", array(&[0.0, 0.5, 1.0, 0.0, 0.5, 1.0])),
        ("run.npy", array(&[1.0, 1.0, 1.0, 2.0, 2.0, 2.0])),
        ("x.npy", array(&[1.0, 2.0, 3.0, 4.0, f64::NAN, 7.0])),
        ("u.npy", array(&[0.0, 1.0, 0.0, 1.0, 0.0, 1.0])),
        ("y.npy", array(&[1.5, 2.5, 3.5, 4.5, 5.5, 7.5])),
    ]);
    let data = Reading::default().parse(&bytes, "columns.npz").unwrap();
    assert_eq!((data.count(), data.variables(), data.inputs()), (2, &["x".to_owned(), "y".into()][..], &["u".to_owned()][..]));
    assert_eq!(data.missing_cells(), 1);
    let chosen = |columns: &[&str]| {
        let columns = Some(columns.iter().map(|name| name.to_string()).collect());
        Reading { columns, ..Reading::default() }.parse(&bytes, "columns.npz").map(|data| data.variables().to_vec()).map_err(|e| e.problem)
    };
    assert_eq!(chosen(&["y"]).unwrap(), ["y"]);
    assert_eq!(chosen(&["y", "y"]), Err(DataProblem::ChosenTwice));
    assert!(matches!(chosen(&["z"]), Err(DataProblem::NoSuchColumn { .. })));
    // Of one array the columns are chosen by number.
    let rows = "{'descr': '<f8', 'fortran_order': False, 'shape': (2, 3), }";
    let header = format!("{rows:<117}\n");
    let numbers: Vec<u8> = [1f64, 2.0, 3.0, 4.0, 5.0, 6.0].iter().flat_map(|x| x.to_le_bytes()).collect();
    let single = [b"\x93NUMPY\x01\x00".as_slice(), &(header.len() as u16).to_le_bytes(), header.as_bytes(), &numbers].concat();
    let by_number = |columns: &[&str], trajectory: Option<&str>| {
        let columns = Some(columns.iter().map(|name| name.to_string()).collect());
        let reading = Reading { columns, interval: Some(1.0), trajectory: trajectory.map(str::to_owned), ..Reading::default() };
        reading.parse(&single, "x.npy").map(|data| data.all_states().flatten().copied().collect::<Vec<_>>()).map_err(|e| e.problem)
    };
    assert_eq!(by_number(&["x3", "x1"], None).unwrap(), [3.0, 1.0, 6.0, 4.0]);
    assert!(matches!(by_number(&["x4"], None), Err(DataProblem::NoSuchColumn { .. })));
    assert!(matches!(by_number(&["x1"], Some("run")), Err(DataProblem::NoSuchColumn { .. })));
}

/// An index that pandas wrote and read again is no state; runs may be named with `_id`; a column is not a state twice; Parquet is told from bad text.
#[test]
fn what_else_tables_hold() {
    let parse = |text: &str| Reading::default().parse(text.as_bytes(), "table.csv");
    assert_eq!(parse("Unnamed: 0,t,x,y\n0,0,1,2\n1,0.5,3,4\n2,1,5,7\n").unwrap().variables(), ["x", "y"]);
    assert_eq!(parse("run_id,t,x\n7,0,1\n7,1,2\n9,0,3\n9,1,5\n").unwrap().count(), 2);
    let twice = Reading { columns: Some(vec!["x".into(), "X".into()]), ..Reading::default() };
    assert_eq!(twice.parse(b"t,x\n0,1\n1,2\n", "table.csv").unwrap_err().problem, DataProblem::ChosenTwice);
    assert_eq!(Reading::default().parse(b"PAR1\x15\x04", "table.parquet").unwrap_err().problem, DataProblem::Parquet);
}

/// What spreadsheets and scripts write: no header, commas as decimal points, a row twice, -999 for what is missing. It is read, and said.
#[test]
fn odd_files_are_read_and_that_is_said() {
    let read = |text: &str, reading: &Reading| reading.parse(text.as_bytes(), "odd");
    let plain = Reading::default();
    let found = read("0,1,2\n0.5,3,4\n1,5,7\n", &plain).unwrap();
    assert_eq!((found.variables(), found.spacing().even()), (&["x1".to_owned(), "x2".to_owned()][..], Some(0.5)));
    assert_eq!(found.taken().remarks, [DataRemark::NoHeader { columns: vec!["t".into(), "x1".into(), "x2".into()] }]);
    let apart = Reading { interval: Some(0.1), ..Reading::default() };
    assert_eq!(read("3 1\n1 2\n2 2\n", &apart).unwrap().variables(), ["x1", "x2"]);
    for uneven in ["0,1\n1,2\n5,7\n", "3,1\n1,2\n2,2\n", "1\n2\n3\n"] {
        assert!(matches!(read(uneven, &plain).unwrap_err().problem, DataProblem::NoHeader), "{uneven}");
    }
    let found = read("t;x\n0;1,5\n0,5;-2e-1\n1;2,25\n", &plain).unwrap();
    assert_eq!((found.trajectories()[0].times(), found.trajectories()[0].states()), (&[0.0, 0.5, 1.0][..], &[1.5, -0.2, 2.25][..]));
    assert_eq!(found.taken().remarks, [DataRemark::DecimalCommas]);
    // Points and commas together are no decimal commas.
    assert!(read("t;x\n0;1.5\n1;2,5\n2;3.5\n", &plain).is_err());
    let found = read("t,x\n0,1\n1,\n1,\n2,3\n", &plain).unwrap();
    assert_eq!((found.samples(), &found.taken().remarks[..]), (3, &[DataRemark::RepeatedRows { rows: 1 }][..]));
    assert!(matches!(read("t,x\n0,1\n1,2\n1,2.5\n2,3\n", &plain).unwrap_err().problem, DataProblem::TimeNotIncreasing { .. }));
    let rows: String = (0..30).map(|k| format!("{k},{},{}\n", if k % 10 == 3 { -999.0 } else { (0.3 * k as f64).sin() }, k * k)).collect();
    let found = read(&format!("t,x,y\n{rows}"), &plain).unwrap();
    assert_eq!(found.taken().remarks, [DataRemark::LooksMissing { column: "x".into(), value: -999.0, cells: 3 }]);
}

/// A rotation in radians, degrees and revolutions is told from a column that merely swings.
#[test]
fn wrapped_angles_are_told() {
    for (turn, low) in [(std::f64::consts::TAU, -std::f64::consts::PI), (std::f64::consts::TAU, 0.0), (360.0, -180.0), (1.0, 0.0)] {
        let rows: String = (0..80)
            .map(|k| 0.07 * f64::from(k))
            .map(|t| format!("{t},{:.9},{:.9}\n", low + turn * (0.3 + t + 0.05 * t.sin()).rem_euclid(1.0), (0.9 * t).cos() * turn / 2.1))
            .collect();
        let found = Reading::default().parse(format!("t,angle,swing\n{rows}").as_bytes(), "turns").unwrap();
        let [DataRemark::Wrapped { column, turn: told, jumps }] = &found.taken().remarks[..] else { panic!("{:?}", found.taken().remarks) };
        assert_eq!((column.as_str(), *told, *jumps), ("angle", turn, 5));
    }
}

/// A valve that opens and shuts is an input, and no angle.
#[test]
fn a_switch_is_no_wrapped_angle() {
    let rows: String = (0..80).map(|k| format!("{k},{:.9},{}\n", (0.3 * f64::from(k)).cos(), u8::from(k % 20 < 7))).collect();
    let found = Reading::default().parse(format!("t,x,valve\n{rows}").as_bytes(), "switch").unwrap();
    assert!(matches!(&found.taken().remarks[..], [DataRemark::LooksHeld { column, values: 2 }, ..] if column == "valve"));
    assert!(!found.taken().remarks.iter().any(|remark| matches!(remark, DataRemark::Wrapped { .. })), "{:?}", found.taken().remarks);
}

mod anything {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(200))]

        /// Whatever the bytes, there is an answer or an error, and no panic.
        #[test]
        fn no_file_makes_it_panic(text in "(t,x(,y)?\n|# t x\n|date;x;u:v\n|sep=.\n)?([-0-9a.,;:TZé\"\r\n#e ]|nan|\t|2024-0[1-4]-1|999999999){0,60}") {
            if let Ok(data) = read(&text) {
                let _ = find_modes(&data, &ModesOptions { draws: 5, ..ModesOptions::default() });
            }
        }

        /// Extreme numbers neither.
        #[test]
        fn no_numbers_make_it_panic(values in prop::collection::vec(prop::num::f64::NORMAL | prop::num::f64::SUBNORMAL | prop::num::f64::ZERO, 4..24)) {
            let samples: Vec<Vec<f64>> = values.chunks_exact(2).map(<[f64]>::to_vec).collect();
            if let Ok(data) = Trajectories::new("any", vec!["x".into(), "y".into()], 1.0, vec![Trajectory::new(None, 0.0, &samples)]) {
                for log in [false, true] {
                    let _ = find_modes(&data, &ModesOptions { draws: 5, log, ..ModesOptions::default() });
                }
            }
        }
    }
}
