"""The scores at the end of a run, as its tables have them."""

from deepgen.engine.terminal.scores import main_scores

PARZEN = """\
model,dataset,origin,selection,log_likelihood,standard_error,estimator,space,untrained,source
DBN,MNIST,published,,138,2,"parzen, as published",pixels,,
Adversarial nets,MNIST,published,,225,2,"parzen, as published",pixels,,
10 images,MNIST,measured,,243.71,2.1,"parzen, fine sigma",pixels,,mnist/references/x/parzen.json
"Adversarial nets, annealed (ours)",MNIST,measured,selected,171.26,1.4,"parzen, fine sigma",\
pixels,,mnist/seed-1/selected/parzen.json
"Adversarial nets, annealed (ours)",MNIST,measured,selected,160.04,1.3,\
"parzen, released default grid",pixels,,mnist/seed-1/selected/parzen.json
"Adversarial nets, annealed (ours)",MNIST,measured,last,1.0,1.3,"parzen, fine sigma",pixels,,m/x
"Adversarial nets, annealed (ours)",MNIST,measured,selected,160.04,2.7,\
"parzen, released default grid",pixels,,mnist/seed-1/selected/parzen.json
Weak,MNIST,measured,selected,-5.5,1.0,"parzen, fine sigma",features,yes,weak/seed-1/selected/p.json
"""
LIKELIHOODS = """\
model,dataset,origin,selection,log_likelihood,standard_error,kind,estimator,scale,treatment,source
Mixture,MNIST,measured,selected,900.123,0.25,exact,direct,density,noise,mixture/seed-1/selected/l.json
Mixture,MNIST,measured,selected,900.123,0.5,exact,direct,density,noise,mixture/seed-1/selected/l.json
Mixture,MNIST,measured,selected,-90,0.25,exact,direct,bits,drawn,mixture/seed-1/selected/l.json
"""


def test_kept_models_stand_first_and_beside_the_paper(tmp_path):
    (tmp_path / "tables").mkdir()
    (tmp_path / "tables/parzen.csv").write_text(PARZEN)
    (tmp_path / "tables/likelihoods.csv").write_text(LIKELIHOODS)
    (tmp_path / "runs.csv").write_text("experiment,seed,epochs\nmnist,1,14\n")
    lines = main_scores(tmp_path)
    cells = [[cell for cell in line.split("  ") if cell] for line in lines]
    assert [row[0] for row in cells[:4]] == [
        "Parzen score of test images (nats)", "MNIST, Adversarial nets, annealed (ours)",
        "MNIST, Weak (untrained)", "MNIST, 10 images",
    ]  # fmt: skip
    assert [c.strip() for c in cells[1][1:]] == [
        "14",
        "225 ± 2",
        "160.0 ± 1.3 ± 2.7",
        "171.3 ± 1.4",
    ]
    assert [c.strip() for c in cells[2][1:]] == ["-5.5 ± 1.0"]
    assert [c.strip() for c in cells[3][1:]] == ["243.7 ± 2.1"]
    assert [[c.strip() for c in row] for row in cells[-2:]] == [
        ["MNIST, Mixture", "900.12 ± 0.25 ± 0.50", "exact, direct"],
        ["MNIST, Mixture", "-90.00 ± 0.25", "exact, direct"],
    ]


def test_a_report_without_tables_has_none(tmp_path):
    assert main_scores(tmp_path) == []
