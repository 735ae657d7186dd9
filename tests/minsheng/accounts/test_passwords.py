from argon2 import PasswordHasher

from minsheng.accounts import passwords


def test_a_hash_is_argon2id_with_the_stated_costs_and_its_own_salt() -> None:
    one, other = passwords.hash_password("一句很长的话"), passwords.hash_password("一句很长的话")

    assert one.startswith("$argon2id$v=19$m=65536,t=3,p=4$")
    assert one != other
    assert passwords.verify(one, "一句很长的话")
    assert not passwords.verify(one, "另一句话")
    assert not passwords.needs_rehash(one)


def test_a_hash_with_other_costs_still_admits_and_is_to_be_renewed() -> None:
    weak = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash("一句很长的话")

    assert passwords.verify(weak, "一句很长的话")
    assert passwords.needs_rehash(weak)


def test_a_damaged_hash_and_an_unknown_name_admit_nobody() -> None:
    assert not passwords.verify("not a hash", "not a hash")
    assert not passwords.verify_nobody("nobody has this password")
