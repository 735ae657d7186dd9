from admin.editorial.word_differences import pieces


def marked(text: str, other: str) -> tuple[str, str]:
    """Both texts with brackets around what differs."""
    left, right = pieces(text, other)
    return tuple("".join(f"[{one.text}]" if one.is_changed else one.text for one in side) for side in (left, right))  # type: ignore[return-value]  # two of them


def test_figures_and_latin_words_are_whole_words() -> None:
    assert marked("完成838个，155.19%", "完成840个，155.2%") == ("完成[838]个，[155.19%]", "完成[840]个，[155.2%]")
    assert marked("road A done", "road B done") == ("road [A] done", "road [B] done")


def test_what_came_stands_on_one_side_only() -> None:
    assert marked("路基完成。", "一标段路基完成。") == ("路基完成。", "[一标段]路基完成。")
    assert marked("", "新") == ("", "[新]")
    assert marked("road", "road") == ("road", "road")
    assert marked("一样", "一样") == ("一样", "一样")


def test_texts_written_independently_are_not_marked() -> None:
    assert marked("第三卫生间。", "下个月做：最后一批收尾。") == ("第三卫生间。", "下个月做：最后一批收尾。")


def test_what_differs_in_very_many_words_is_marked_as_a_whole() -> None:
    shared = "同样的话。" * 800
    left, right = pieces(shared + "甲乙" * 700 + "尾", shared + "丙丁" * 700 + "尾")
    assert [one.is_changed for one in left] == [False, True, False]
    assert "".join(one.text for one in right) == shared + "丙丁" * 700 + "尾"
