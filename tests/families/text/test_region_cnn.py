import torch

from quartet.families.text.bigrams import log_count_ratios


def test_its_logits_are_those_of_regions_one_by_one(build, batch):
    network, (tokens, lengths) = build("region_cnn", n_filters=5, alpha=2.0), batch
    pairs = {(2, 3): 12, (5, 2): 13}
    counts = torch.arange(42).reshape(3, 14) % 5  # as the fixture has them
    ratios = torch.tensor(log_count_ratios(counts.numpy(), 2.0)).float()
    v, text = network.embedding.weight, tokens[0].tolist()
    total = torch.zeros(5)
    for x, after in zip(text, [*text[1:], 0], strict=True):
        for j in range(5):
            score = ratios[j % 3, x] * v[x, j] + network.bias[j]
            if y := pairs.get((x, after)):
                score = score + ratios[j % 3, y] * v[y, j]
            total[j] += score.relu()
    assert torch.allclose(network.output(total / len(text) ** 0.5), network(tokens, lengths)[0], atol=1e-5)


def test_before_training_it_calls_the_class_whose_words_a_text_holds(build):
    counts = torch.arange(42).reshape(3, 14) % 5
    ratios = torch.tensor(log_count_ratios(counts.numpy(), 3.0))
    for word in range(4, 11):  # in no known pair
        logits = build("region_cnn", n_filters=6)(torch.tensor([[word]]), torch.tensor([1]))[0]
        assert int(logits.argmax()) == int(ratios[:, word].argmax())
