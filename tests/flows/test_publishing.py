from quartet_flows.publishing import Publisher

from quartet.project import Project


def test_every_dataset_is_published_in_turn_though_one_fails(tmp_path, monkeypatch):
    published = []

    def publish(self, name):
        published.append(name)
        if name == "b":
            raise OSError("the disk is full")

    monkeypatch.setattr(Publisher, "publish", publish)
    monkeypatch.setattr(Publisher, "open", lambda self: None)
    publisher = Publisher(Project(tmp_path), None)
    publisher.start()
    for name in "abc":
        publisher.add(name)
    publisher.end()
    assert published == ["a", "b", "c"]


def test_a_run_that_evaluates_nothing_has_nothing_to_wait_for(tmp_path):
    Publisher(Project(tmp_path), None).end()
