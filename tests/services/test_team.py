"""A project against a team's servers: PostgreSQL and SeaweedFS as real processes under MLflow and Prefect."""

import base64
import json
import sys

import pandas as pd
import pytest

from services import servers
from services.team import PASSWORDS, succeed

pytestmark = pytest.mark.slow

SEARCH = "/api/2.0/mlflow/experiments/search"


def basic(name: str, password: str) -> dict[str, str]:
    return {"Authorization": "Basic " + base64.b64encode(f"{name}:{password}".encode()).decode()}


def status_of(root, me):
    return json.loads(succeed(root, me, "quartet", "status", "--json"))


def test_a_run_leaves_its_runs_versions_and_champion_on_the_server(team, origin):
    code = """
import json, mlflow
client = mlflow.MlflowClient()
experiment = client.get_experiment_by_name("orders")
runs = client.search_runs([experiment.experiment_id])
champion = client.get_model_version_by_alias("orders", "champion")
print(json.dumps([len(runs), experiment.artifact_location, champion.tags["quartet.model"]]))
"""
    n_runs, location, champion = json.loads(succeed(origin, team.account("reader"), sys.executable, "-c", code))
    assert (n_runs, location.partition(":")[0]) == (3, "mlflow-artifacts")
    assert [line["model"] for line in status_of(origin, team.account("trainer")) if line["verdict"] == "champion"] == [
        champion
    ]
    assert not (origin / "mlflow.db").exists()
    assert not (origin / "mlartifacts").exists()


def test_prefect_on_postgresql_has_seen_the_run(team, origin):
    lines = succeed(origin, team.account("trainer"), "prefect", "flow-run", "ls", "--state", "COMPLETED")
    assert "orders" in lines or "all datasets" in lines


def test_a_second_machine_sees_the_same_after_dvc_pull(team, origin, second):
    assert status_of(second, team.account("reader")) == status_of(origin, team.account("trainer"))
    assert succeed(second, team.account("reader"), "dvc", "status", "--json").strip() == "{}"


def test_a_second_machine_predicts_with_the_registered_champion(team, origin, second):
    tables = []
    for root, name in ((origin, "trainer"), (second, "reader")):
        succeed(root, team.account(name), "quartet", "predict", "orders", "data/mine/orders.csv", "-o", "out.csv")
        tables.append(pd.read_csv(root / "out.csv"))
        (root / "out.csv").unlink()
    pd.testing.assert_frame_equal(*tables)
    assert len(tables[0]) == 240


def test_a_second_machine_has_nothing_to_run(team, second):
    assert "no stage was run" in succeed(second, team.account("reader"), "quartet", "run")


def test_artifacts_lie_in_the_s3_store_and_come_through_mlflow(team, origin, tmp_path):
    code = """
import sys, boto3, mlflow
keys = [item["Key"] for item in boto3.client("s3").list_objects_v2(Bucket="mlflow")["Contents"]]
print(any(key.endswith("weights.safetensors") for key in keys))
mlflow.artifacts.download_artifacts("models:/orders@champion", dst_path=sys.argv[1])
"""
    me = team.account("reader") | servers.s3_account("admin", team.ports["s3"])
    assert succeed(origin, me, sys.executable, "-c", code, str(tmp_path)).strip() == "True"
    weights = next(tmp_path.rglob("weights.safetensors")).read_bytes()
    assert weights in {file.read_bytes() for file in (origin / "models").rglob("weights.safetensors")}


@pytest.mark.parametrize(
    ("headers", "code"),
    [
        (basic("reader", PASSWORDS["reader"]), 200),
        (basic("reader", PASSWORDS["reader"]) | {"Origin": "http://team.example:5000"}, 200),
        ({}, 401),
        (basic("reader", "wrong"), 401),
        (basic("admin", PASSWORDS["admin"]) | {"Host": "evil.example"}, 403),
        (basic("admin", PASSWORDS["admin"]) | {"Origin": "https://evil.example"}, 403),
    ],
)
def test_mlflow_answers_only_users_on_its_own_hosts(team, headers, code):
    assert servers.status(team.mlflow + SEARCH, "POST", **headers) == code


@pytest.mark.parametrize(
    ("headers", "code"),
    [
        (basic("admin", PASSWORDS["admin"]), 200),
        (basic("admin", PASSWORDS["admin"]) | {"Origin": "http://team.example:4200"}, 200),
        ({}, 401),
        (basic("admin", "wrong"), 401),
        (basic("admin", PASSWORDS["admin"]) | {"Host": "evil.example"}, 400),
        (basic("admin", PASSWORDS["admin"]) | {"Origin": "https://evil.example"}, 403),
    ],
)
def test_prefect_answers_only_with_the_password_on_its_own_hosts(team, headers, code):
    assert servers.status(f"{team.prefect}/admin/version", **headers) == code


def test_prefect_takes_no_change_without_a_csrf_token(team):
    headers = basic("admin", PASSWORDS["admin"])
    assert servers.status(f"{team.prefect}/flows/filter", "POST", **headers) == 403


@pytest.mark.parametrize(("account", "bucket"), [("dvc", "mlflow"), ("mlflow", "dvc"), (None, "dvc")])
def test_an_account_of_the_s3_store_reads_its_own_bucket_only(team, account, bucket):
    code = """
import sys, boto3, botocore
options = {} if sys.argv[2] else {"config": botocore.config.Config(signature_version=botocore.UNSIGNED)}
client = boto3.client("s3", **options)
try:
    client.list_objects_v2(Bucket=sys.argv[1])
except botocore.exceptions.ClientError as error:
    print(error.response["ResponseMetadata"]["HTTPStatusCode"])
"""
    me = servers.s3_account(account or "dvc", team.ports["s3"])
    assert succeed(team.folder, me, sys.executable, "-c", code, bucket, account or "").strip() == "403"
