"""Trainings of a first phase in the list of runs, and in the sentences."""

import pandas as pd

from deepgen.report.runs import runs, training_sentences, unfinished


def _history(epochs):
    return pd.DataFrame({"epoch": range(1, epochs + 1), "loss_model": 1.0})


TRAINING = {"epochs": 22, "selection": {"rule": "last"}}
LFW = {"settings": {"training": TRAINING, "init_from": "lfw-pretrain"}, "full_budget": 22}


def test_a_first_phase_is_listed_without_a_budget():
    histories = {("lfw", 1): _history(22), ("lfw-pretrain", 1): _history(50)}
    table = runs(histories, {"lfw": LFW})
    assert table["epochs"].tolist() == [22, 50]
    assert table["budget"].isna().tolist() == [False, True]


def test_the_sentence_names_the_first_phase():
    text = training_sentences("lfw", LFW, runs({("lfw", 1): _history(22)}, {"lfw": LFW}))
    assert "The training ran 22 epochs of a budget of 22." in text
    assert "It began with the last model of lfw-pretrain." in text
    alone = {
        **LFW,
        "settings": {
            "training": TRAINING,
        },
    }
    assert "began" not in training_sentences("lfw", alone, runs({}, {}))


def test_how_far_a_training_came_counts_what_it_continues():
    def phase(budget, full, **more):
        return {"settings": {"training": {"epochs": budget}, **more}, "full_budget": full}

    trained = {
        "lfw": phase(22, 22, seeds=[2], init_from="lfw-pretrain"),
        "lfw-pretrain": phase(8, 50),
    }
    ran = {("lfw", 2): _history(22), ("lfw", 1): _history(1), ("lfw-pretrain", 2): _history(8)}
    assert unfinished("lfw", trained, runs(ran, trained)) == "8 of 50 epochs"
    trained["lfw"]["full_budget"] = 1000
    assert unfinished("lfw", trained, runs(ran, trained)) == "8 of 50 epochs and 22 of 1,000 epochs"
    stopped = ran | {("lfw", 2): _history(20), ("lfw-pretrain", 2): _history(7)}
    assert unfinished("lfw", trained, runs(stopped, trained)) == ""


def test_a_method_without_a_loss_shows_its_negative_log_likelihood():
    history = pd.DataFrame({"epoch": [1, 2], "nll": [900.0, 850.0]})
    table = runs({("mixture", 1): history}, {})
    assert table["final_nll"].tolist() == [850.0]
    assert not any("loss" in column for column in table)
