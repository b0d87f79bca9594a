"""Talks to a tracking server as MLflow's own Python clients do (2.17 and 3.x), with nothing but the standard library.

    python3 stock_client.py http://127.0.0.1:5000

Written from the protocol's facts, not from this repository's server or client: paths, repeated query parameters, both run_id and run_uuid,
headers and the order of calls are those of the fluent API. Prints one line a failed check and the number of checks; exits with 1 if any failed.
"""
import hashlib
import json
import sys
import time
import urllib.error
import urllib.parse
import urllib.request

BASE = sys.argv[1].rstrip("/")
API = "/api/2.0/mlflow/"
PROXY = "/api/2.0/mlflow-artifacts/artifacts"
passed, failed = 0, 0


def send(method, path, body=None, query=None, raw=None, headers=None):
    url = BASE + path
    if query:
        url += "?" + urllib.parse.urlencode(query, doseq=True)
    head = {"User-Agent": "mlflow-python-client/3.1.3", "Accept": "*/*"}
    data = raw
    if raw is None and method != "GET":
        data = json.dumps(body if body is not None else {}).encode()
        head["Content-Type"] = "application/json"
    head.update(headers or {})
    request = urllib.request.Request(url, data=data, method=method, headers=head)
    try:
        with urllib.request.urlopen(request, timeout=60) as answer:
            return answer.status, answer.read(), answer.headers
    except urllib.error.HTTPError as error:
        return error.code, error.read(), error.headers


def call(method, path, body=None, query=None):
    status, data, headers = send(method, path if path.startswith("/") else API + path, body, query)
    check(headers.get_content_type() == "application/json", f"{method} {path} answers JSON, not {headers.get_content_type()}: {data[:80]}")
    return status, json.loads(data)


def ok(method, path, body=None, query=None):
    status, answer = call(method, path, body, query)
    check(status == 200, f"{method} {path} -> {status} {answer}")
    return answer


def refused(status, code, method, path, body=None, query=None, beginning=""):
    got, answer = call(method, path, body, query)
    right = got == status and answer.get("error_code") == code and str(answer.get("message", "")).startswith(beginning)
    check(right, f"{method} {path} {body or query} should be {status} {code} '{beginning}…', is {got} {answer}")


def check(condition, what):
    global passed, failed
    if condition:
        passed += 1
    else:
        failed += 1
        print("FAILED", what)


def now():
    return int(time.time() * 1000)


def by_key(items):
    return {item["key"]: item["value"] for item in items or []}


def tracking():
    check(send("GET", "/health")[1] == b"OK", "/health is OK")
    check(send("GET", "/version")[1].decode().split(".")[0].isdigit(), "/version is a version")
    name = f"stock {now()}"
    refused(404, "RESOURCE_DOES_NOT_EXIST", "GET", "experiments/get-by-name", query={"experiment_name": name})
    experiment = ok("POST", "experiments/create", {"name": name})["experiment_id"]
    check(isinstance(experiment, str) and experiment.isdigit(), f"experiment id {experiment!r} is decimal text")
    refused(400, "RESOURCE_ALREADY_EXISTS", "POST", "experiments/create", {"name": name})
    got = ok("GET", "experiments/get-by-name", query={"experiment_name": name})["experiment"]
    check(got["experiment_id"] == experiment and got["lifecycle_stage"] == "active", f"{got}")
    check(ok("GET", "experiments/get", query={"experiment_id": experiment})["experiment"]["name"] == name, "get by id")
    check(ok("GET", "experiments/get", query={"experiment_id": "0"})["experiment"]["name"] == "Default", "experiment 0 is Default")
    ok("POST", "experiments/set-experiment-tag", {"experiment_id": experiment, "key": "team", "value": "risk"})
    found = ok("POST", "experiments/search", {"max_results": 1000, "view_type": "ACTIVE_ONLY", "filter": f"name = '{name}'"})
    check([e["experiment_id"] for e in found["experiments"]] == [experiment], f"experiments/search {found}")
    check(by_key(found["experiments"][0]["tags"]) == {"team": "risk"}, "experiment tag")

    start = now()
    tags = [{"key": "mlflow.user", "value": "py"}, {"key": "mlflow.source.name", "value": "train.py"}, {"key": "mlflow.source.type", "value": "LOCAL"}]
    created = ok("POST", "runs/create", {"experiment_id": experiment, "user_id": "py", "run_name": "first", "start_time": start, "tags": tags})["run"]
    info, run = created["info"], created["info"]["run_id"]
    check(info["run_uuid"] == run and len(run) == 32 and info["status"] == "RUNNING" and info["start_time"] == start, f"{info}")
    check(info["artifact_uri"].startswith("mlflow-artifacts:/") and "end_time" not in info, f"{info}")
    both = {"run_uuid": run, "run_id": run}
    ok("POST", "runs/log-parameter", {**both, "key": "lr", "value": "0.1"})
    ok("POST", "runs/log-parameter", {**both, "key": "lr", "value": "0.1"})
    refused(400, "INVALID_PARAMETER_VALUE", "POST", "runs/log-parameter", {**both, "key": "lr", "value": "0.2"})
    for step in range(5):
        ok("POST", "runs/log-metric", {**both, "key": "loss", "value": 1.0 / (1 + step), "timestamp": start + step, "step": str(step)})
    ok("POST", "runs/log-metric", {**both, "key": "loss", "value": 0.2, "timestamp": start + 4, "step": 4})  # identical to the last: kept once
    ok("POST", "runs/log-metric", {**both, "key": "odd", "value": "NaN", "timestamp": start, "step": -3})
    ok("POST", "runs/log-metric", {**both, "key": "odd", "value": "Infinity", "timestamp": start, "step": 9007199254740993})
    metrics = [{"key": "acc", "value": i / 1000, "timestamp": start + i, "step": i} for i in range(990)]
    ok("POST", "runs/log-batch", {"run_id": run, "metrics": metrics, "params": [{"key": "depth", "value": "6"}], "tags": [{"key": "t/1", "value": "ü"}]})
    ok("POST", "runs/log-batch", {"run_id": run, "metrics": metrics})
    refused(400, "INVALID_PARAMETER_VALUE", "POST", "runs/log-batch", {"run_id": run, "metrics": metrics + metrics[:20]})
    refused(400, "INVALID_PARAMETER_VALUE", "POST", "runs/log-batch",
            {"run_id": run, "metrics": [{"key": "half", "value": 1, "timestamp": start, "step": 0}], "params": [{"key": "depth", "value": "7"}]})
    ok("POST", "runs/set-tag", {**both, "key": "stage", "value": "dev"})
    ok("POST", "runs/delete-tag", {"run_id": run, "key": "stage"})
    refused(404, "RESOURCE_DOES_NOT_EXIST", "POST", "runs/delete-tag", {"run_id": run, "key": "stage"})
    digest = hashlib.md5(b"data").hexdigest()[:8]
    dataset = {"name": "train", "digest": digest, "source_type": "local", "source": "{}", "schema": "{}", "profile": '{"num_rows": 4, "num_elements": 8}'}
    ok("POST", "runs/log-inputs", {"run_id": run, "datasets": [{"tags": [{"key": "origin", "value": "lake"}, {"key": "mlflow.data.context", "value": "training"}], "dataset": dataset}]})

    data = ok("GET", "runs/get", query={"run_uuid": run, "run_id": run})["run"]
    latest = {m["key"]: m for m in data["data"]["metrics"]}
    check(latest["loss"] == {"key": "loss", "value": 0.2, "timestamp": start + 4, "step": 4}, f"latest loss {latest['loss']}")
    check(latest["odd"]["value"] == "Infinity" and latest["odd"]["step"] == 9007199254740993, f"latest odd {latest['odd']}")
    check("half" not in latest, "a refused batch leaves nothing")
    check(by_key(data["data"]["params"]) == {"lr": "0.1", "depth": "6"}, f"{data['data']['params']}")
    check(by_key(data["data"]["tags"])["t/1"] == "ü" and by_key(data["data"]["tags"])["mlflow.runName"] == "first", f"{data['data']['tags']}")
    inputs = data["inputs"]["dataset_inputs"][0]
    check(inputs["dataset"] == dataset and by_key(inputs["tags"]) == {"origin": "lake", "mlflow.data.context": "training"}, f"{inputs}")
    history = ok("GET", "metrics/get-history", query={"run_uuid": run, "run_id": run, "metric_key": "loss", "max_results": 25000})["metrics"]
    check(sorted(m["step"] for m in history) == [0, 1, 2, 3, 4], f"{history}")
    pages, token = [], None
    while True:
        query = {"run_id": run, "metric_key": "acc", "max_results": 400}
        if token:
            query["page_token"] = token
        page = ok("GET", "metrics/get-history", query=query)
        pages += page.get("metrics", [])
        token = page.get("next_page_token")
        if not token:
            break
    check(sorted((m["step"], m["value"]) for m in pages) == [(i, i / 1000) for i in range(990)], f"{len(pages)} points in pages")
    check(ok("GET", "metrics/get-history", query={"run_id": run, "metric_key": "none", "max_results": 5}) == {}, "an unknown key has no history")
    bulk = ok("GET", "/ajax-api/2.0/mlflow/metrics/get-history-bulk", query={"run_id": [run], "metric_key": "loss", "max_results": 100})
    check([m["run_id"] for m in bulk["metrics"]] == [run] * 5, f"bulk {bulk}")

    second = ok("POST", "runs/create", {"experiment_id": int(experiment), "start_time": now(), "tags": [{"key": "mlflow.parentRunId", "value": run}]})["run"]
    other = second["info"]["run_id"]
    check(len(second["info"]["run_name"]) > 0, "a name is made up")
    ok("POST", "runs/log-metric", {**{"run_uuid": other, "run_id": other}, "key": "loss", "value": "NaN", "timestamp": start, "step": 0})

    def search(filter=None, order=None, **more):
        body = {"experiment_ids": [experiment], "run_view_type": "ACTIVE_ONLY", "max_results": 1000, **more}
        if filter:
            body["filter"] = filter
        if order:
            body["order_by"] = [order]
        return [r["info"]["run_id"] for r in ok("POST", "runs/search", body).get("runs", [])]

    check(search("metrics.loss < 0.5 and params.depth = '6'") == [run], "search by metric and param")
    check(search("tags.`t/1` LIKE 'ü%'") == [run], "search by tag")
    check(search("attributes.run_name = 'first'") == [run] and search("run_name ILIKE 'FIR%'") == [run], "search by name")
    check(search("dataset.context = 'training'") == [run], "search by dataset")
    check(search(f"tags.mlflow.parentRunId = '{run}'") == [other], "search by parent")
    check(search(f"attributes.run_id IN ('{run}', '{other}')", "metrics.loss DESC") == [run, other], "NaN after numbers")
    check(search("params.none != '1'") == [], "!= wants the key")
    check(search(order="start_time DESC", max_results=1) == [other], "one a page")
    check(ok("POST", "runs/search", {"experiment_ids": [], "max_results": 10}) == {}, "no experiments, no runs")
    refused(400, "INVALID_PARAMETER_VALUE", "POST", "runs/search", {"experiment_ids": [experiment], "filter": "metrics.loss < '0.5'"})
    refused(400, "INVALID_PARAMETER_VALUE", "POST", "runs/search", {"experiment_ids": [experiment], "max_results": 0})
    refused(400, "INVALID_PARAMETER_VALUE", "POST", "runs/search", {"experiment_ids": [experiment], "page_token": "x!"})

    updated = ok("POST", "runs/update", {**both, "status": "FINISHED", "end_time": start + 1000, "run_name": "renamed"})["run_info"]
    check(updated["status"] == "FINISHED" and updated["end_time"] == start + 1000 and updated["run_name"] == "renamed", f"{updated}")
    ok("POST", "runs/log-metric", {**both, "key": "late", "value": 1, "timestamp": start, "step": 0})
    ok("POST", "runs/delete", {"run_id": other})
    ok("POST", "runs/delete", {"run_id": other})
    check(search() == [run], "a deleted run is hidden")
    refused(400, "INVALID_PARAMETER_VALUE", "POST", "runs/log-metric", {"run_id": other, "key": "x", "value": 1, "timestamp": start, "step": 0})
    ok("POST", "runs/restore", {"run_id": other})
    check(len(search()) == 2, "a restored run is found")
    refused(404, "RESOURCE_DOES_NOT_EXIST", "GET", "runs/get", query={"run_id": "0" * 32})
    refused(400, "INVALID_PARAMETER_VALUE", "POST", "runs/log-metric", {"run_id": run, "value": 1, "timestamp": 1}, beginning="Missing value for required parameter 'key'")
    for key in ["", "a//b", "../x", "/a", "a{b}", "k" * 251]:
        refused(400, "INVALID_PARAMETER_VALUE", "POST", "runs/log-metric", {"run_id": run, "key": key, "value": 1, "timestamp": 1, "step": 0})
    return experiment, run, info["artifact_uri"]


def put(path, content):
    status, data, _ = send("PUT", f"{PROXY}/{urllib.parse.quote(path)}", raw=content, headers={"Content-Type": "text/plain"})
    check((status, data) == (200, b"{}"), f"PUT {path} -> {status} {data[:100]}")


def fetch(path):
    status, data, headers = send("GET", f"{PROXY}/{urllib.parse.quote(path)}")
    check(status == 200 and headers["X-Content-Type-Options"] == "nosniff", f"GET {path} -> {status} {data[:100]}")
    return data


def artifacts(run, uri):
    root = urllib.parse.urlparse(uri).path.lstrip("/")
    put(f"{root}/notes.txt", b"hello")
    put(f"{root}/plots/größe 1.txt", "größe".encode())
    put(f"{root}/empty", b"")
    big = bytes(range(256)) * 8192
    put(f"{root}/model/weights.bin", big)
    put(f"{root}/notes.txt", b"hello again")
    check(fetch(f"{root}/notes.txt") == b"hello again", "an artifact is replaced")
    check(fetch(f"{root}/plots/größe 1.txt") == "größe".encode(), "names outside of Latin-1")
    check(fetch(f"{root}/empty") == b"" and fetch(f"{root}/model/weights.bin") == big, "contents")
    image = "dog%step%0%timestamp%1711111111111%g2-4.png"  # what log_image made of a key, until 2.19
    put(f"{root}/images/{image}", b"pixels")
    check([f["path"] for f in ok("GET", PROXY, query={"path": f"{root}/images"})["files"]] == [image] and fetch(f"{root}/images/{image}") == b"pixels", "an image")
    send("DELETE", f"{PROXY}/{urllib.parse.quote(root)}/images")
    listed = ok("GET", PROXY, query={"path": root})["files"]
    check({f["path"]: f["is_dir"] for f in listed} == {"notes.txt": False, "plots": True, "empty": False, "model": True}, f"{listed}")
    listed = ok("GET", "artifacts/list", query={"run_uuid": run, "run_id": run, "path": "model"})
    check(listed["root_uri"] == uri and [(f["path"], f["is_dir"], f["file_size"]) for f in listed["files"]] == [("model/weights.bin", False, len(big))], f"{listed}")
    check(ok("GET", "artifacts/list", query={"run_id": run, "path": "notes.txt"}).get("files", []) == [], "a file has no children")
    for path in [f"{root}/../x", f"{root}/%2e%2e/x", f"{root}/a\\b", f"{root}/%252e%252e/x"]:
        status, data, _ = send("PUT", f"{PROXY}/{path}", raw=b"x", headers={"Content-Type": "text/plain"})
        check(status == 400, f"PUT {path} -> {status} {data[:100]}")
    status, data, _ = send("GET", f"{PROXY}/{root}/missing")
    check(status == 404 and json.loads(data)["error_code"] == "RESOURCE_DOES_NOT_EXIST", f"missing -> {status}")
    status, data, _ = send("DELETE", f"{PROXY}/{root}/empty", body={})
    check(status == 200, f"DELETE -> {status} {data[:100]}")


def logged_model(experiment, run):
    check(ok("POST", "logged-models/search", {"experiment_ids": [experiment], "filter": "name = 'plots'"}) == {}, "no logged model of that name")
    model = ok("POST", "logged-models", {"experiment_id": experiment, "name": "clf", "source_run_id": run, "model_type": "classifier",
                                         "params": [{"key": "p", "value": "1"}], "tags": [{"key": "t", "value": "2"}]})["model"]
    info, ident = model["info"], model["info"]["model_id"]
    check(info["status"] == "LOGGED_MODEL_PENDING" and info["experiment_id"] == experiment and info["source_run_id"] == run, f"{info}")
    root = urllib.parse.urlparse(info["artifact_uri"]).path.strip("/")
    put(f"{root}/MLmodel", b"flavors: {}\n")
    put(f"{root}/data/model.pkl", b"\x80\x04")
    final = ok("PATCH", f"logged-models/{ident}", {"model_id": ident, "status": "LOGGED_MODEL_READY"})["model"]
    check(final["info"]["status"] == "LOGGED_MODEL_READY", f"{final}")
    ok("POST", "runs/outputs", {"run_id": run, "models": [{"model_id": ident, "step": 0}]})
    ok("POST", "runs/log-model", {"run_id": run, "model_json": json.dumps({"artifact_path": info["artifact_uri"], "run_id": run, "model_uuid": ident, "flavors": {}})})
    ok("PATCH", f"logged-models/{ident}/tags", {"tags": [{"key": "owner", "value": "me"}]})
    ok("DELETE", f"logged-models/{ident}/tags/t")
    got = ok("GET", f"logged-models/{ident}")["model"]
    check(by_key(got["info"]["tags"]) == {"owner": "me"} and by_key(got["data"]["params"]) == {"p": "1"}, f"{got}")
    listed = ok("GET", f"logged-models/{ident}/artifacts/directories", query={"artifact_directory_path": ""})["files"]
    check(sorted((f["path"], f["is_dir"]) for f in listed) == [("MLmodel", False), ("data", True)], f"{listed}")
    check({f["path"] for f in ok("GET", PROXY, query={"path": root})["files"]} == {"MLmodel", "data"}, "the proxy lists a logged model")
    check(fetch(f"{root}/data/model.pkl") == b"\x80\x04", "a logged model's file")
    found = ok("POST", "logged-models/search", {"experiment_ids": [experiment], "filter": "name = 'clf'"})["models"]
    check([m["info"]["model_id"] for m in found] == [ident], f"{found}")
    outputs = ok("GET", "runs/get", query={"run_id": run})["run"]["outputs"]["model_outputs"]
    check([m["model_id"] for m in outputs] == [ident], f"{outputs}")
    model_metrics(experiment, run, ident)
    return ident, info["artifact_uri"]


def model_metrics(experiment, run, ident):
    """log_model sends all points of its step once more, with the model; log_metric and log_batch name model and dataset, and the model becomes an input of the run."""
    at_step = []
    for key in [m["key"] for m in ok("GET", "runs/get", query={"run_uuid": run, "run_id": run})["run"]["data"]["metrics"]]:
        history = ok("GET", "metrics/get-history", query={"run_uuid": run, "run_id": run, "metric_key": key, "max_results": 25000})["metrics"]
        at_step += [{**m, "model_id": ident} for m in history if m["step"] == 0]
    before = len(ok("GET", "metrics/get-history", query={"run_id": run, "metric_key": "loss", "max_results": 25000})["metrics"])
    ok("POST", "runs/log-batch", {"run_id": run, "metrics": at_step})
    after = len(ok("GET", "metrics/get-history", query={"run_id": run, "metric_key": "loss", "max_results": 25000})["metrics"])
    check(before == after, "a point that is sent again with its model is stored once")
    known = ok("GET", f"logged-models/{ident}")["model"]["data"]["metrics"]
    check({m["key"] for m in known} == {m["key"] for m in at_step} and all(m["model_id"] == ident and m["run_id"] == run for m in known), f"{known}")
    evaluation = ok("POST", "runs/create", {"experiment_id": experiment, "start_time": now(), "tags": []})["run"]["info"]["run_id"]
    both = {"run_uuid": evaluation, "run_id": evaluation}
    check(ok("GET", "runs/get", query=both)["run"]["inputs"] == {}, "no inputs yet")
    ok("POST", "runs/log-inputs", {"run_id": evaluation, "models": [{"model_id": ident}]})
    check(ok("GET", "runs/get", query=both)["run"]["inputs"] == {"model_inputs": [{"model_id": ident}]}, "a model is an input")
    ok("POST", "runs/log-metric", {**both, "key": "f1", "value": 0.75, "timestamp": now(), "step": 0, "model_id": ident, "dataset_name": "test", "dataset_digest": "d1"})
    body = {"experiment_ids": [experiment], "filter": "metrics.f1 > 0.7 AND params.p = '1' AND creation_time > 0", "max_results": 100,
            "datasets": [{"dataset_name": "test"}], "order_by": [{"field_name": "metrics.f1", "ascending": False, "dataset_name": "test"}]}
    found = ok("POST", "logged-models/search", body)["models"]
    check([m["info"]["model_id"] for m in found] == [ident], f"{found}")
    check(ok("POST", "logged-models/search", {**body, "datasets": [{"dataset_name": "other"}]}) == {}, "not measured on that dataset")


def registry(run, uri, model_id, model_uri):
    name = f"fraud {now()}"
    model = ok("POST", "registered-models/create", {"name": name, "tags": [{"key": "team", "value": "risk"}], "description": "d"})["registered_model"]
    check(model["name"] == name and model["description"] == "d" and isinstance(model["creation_timestamp"], int), f"{model}")
    refused(400, "RESOURCE_ALREADY_EXISTS", "POST", "registered-models/create", {"name": name})
    first = ok("POST", "model-versions/create", {"name": name, "source": f"{uri}/model", "run_id": run, "tags": [{"key": "a", "value": "b"}]})["model_version"]
    check(first["version"] == "1" and first["status"] == "READY" and first["current_stage"] == "None" and first["source"] == f"{uri}/model", f"{first}")
    second = ok("POST", "model-versions/create", {"name": name, "source": model_uri, "run_id": run, "model_id": model_id})["model_version"]
    check(second["version"] == "2", f"{second}")
    copy = ok("POST", "registered-models/create", {"name": name + " copy"})["registered_model"]["name"]
    ok("POST", "model-versions/create", {"name": copy, "source": f"models:/{name}/1", "run_id": run, "tags": [{"key": "a", "value": "b"}]})
    check(ok("GET", "model-versions/get-download-uri", query={"name": copy, "version": "1"})["artifact_uri"] == f"{uri}/model", "a copy's files are the original's")
    ok("DELETE", "registered-models/delete", {"name": copy})
    refused(400, "INVALID_PARAMETER_VALUE", "POST", "model-versions/create", {"name": name, "source": "/etc"})
    refused(400, "INVALID_PARAMETER_VALUE", "POST", "model-versions/create", {"name": name, "source": f"{uri}/../../x", "run_id": run})
    check(ok("GET", "model-versions/get-download-uri", query={"name": name, "version": "1"})["artifact_uri"] == f"{uri}/model", "download uri")
    ok("POST", "registered-models/alias", {"name": name, "alias": "champion", "version": "2"})
    got = ok("GET", "registered-models/alias", query={"name": name, "alias": "champion"})["model_version"]
    check(got["version"] == "2" and got["aliases"] == ["champion"], f"{got}")
    refused(400, "INVALID_PARAMETER_VALUE", "GET", "registered-models/alias", query={"name": name, "alias": "none"}, beginning="Registered model alias none not found.")
    refused(404, "RESOURCE_DOES_NOT_EXIST", "POST", "registered-models/alias", {"name": name, "alias": "x", "version": "9"})
    moved = ok("POST", "model-versions/transition-stage", {"name": name, "version": "1", "stage": "production", "archive_existing_versions": False})["model_version"]
    check(moved["current_stage"] == "Production", f"{moved}")
    moved = ok("POST", "model-versions/transition-stage", {"name": name, "version": "2", "stage": "Production", "archive_existing_versions": True})["model_version"]
    check(ok("GET", "model-versions/get", query={"name": name, "version": "1"})["model_version"]["current_stage"] == "Archived", "archived")
    latest = ok("POST", "registered-models/get-latest-versions", {"name": name, "stages": ["Production"]})["model_versions"]
    check([v["version"] for v in latest] == ["2"], f"{latest}")
    ok("PATCH", "registered-models/update", {"name": name, "description": "new"})
    ok("PATCH", "model-versions/update", {"name": name, "version": "1", "description": "old one"})
    ok("POST", "registered-models/set-tag", {"name": name, "key": "k", "value": "v"})
    ok("DELETE", "registered-models/delete-tag", {"name": name, "key": "team"})
    ok("POST", "model-versions/set-tag", {"name": name, "version": "1", "key": "k", "value": "v"})
    ok("DELETE", "model-versions/delete-tag", {"name": name, "version": "1", "key": "a"})
    got = ok("GET", "registered-models/get", query={"name": name})["registered_model"]
    check(got["description"] == "new" and by_key(got["tags"]) == {"k": "v"} and got["aliases"] == [{"alias": "champion", "version": "2"}], f"{got}")
    check({v["current_stage"] for v in got["latest_versions"]} == {"Archived", "Production"}, f"{got['latest_versions']}")
    # What the 3.x client adds to every search of models: those without the tag are meant.
    found = ok("GET", "registered-models/search", query={"filter": f"name = '{name}' AND tag.`mlflow.prompt.is_prompt` != 'true'", "max_results": 100})
    check([m["name"] for m in found["registered_models"]] == [name], f"{found}")
    versions = ok("GET", "model-versions/search", query={"filter": f"name = '{name}'", "max_results": 10000, "order_by": ["version_number DESC"]})
    check([v["version"] for v in versions["model_versions"]] == ["2", "1"], f"{versions}")
    check({v["version"] for v in ok("GET", "model-versions/search", query={"filter": f"run_id = '{run}' and name = '{name}'"})["model_versions"]} == {"1", "2"}, "by run")
    renamed = ok("POST", "registered-models/rename", {"name": name, "new_name": name + " 2"})["registered_model"]
    check(renamed["name"] == name + " 2", f"{renamed}")
    name += " 2"
    ok("DELETE", "registered-models/alias", {"name": name, "alias": "champion"})
    ok("DELETE", "model-versions/delete", {"name": name, "version": "2"})
    refused(404, "RESOURCE_DOES_NOT_EXIST", "GET", "model-versions/get", query={"name": name, "version": "2"})
    check(ok("POST", "model-versions/create", {"name": name, "source": f"{uri}/model", "run_id": run})["model_version"]["version"] == "3", "numbers are not reused")
    ok("DELETE", "registered-models/delete", {"name": name})
    refused(404, "RESOURCE_DOES_NOT_EXIST", "GET", "registered-models/get", query={"name": name})


def prompts():
    name, mark = f"prompt {now()}", {"key": "mlflow.prompt.is_prompt", "value": "true"}
    refused(404, "RESOURCE_DOES_NOT_EXIST", "GET", "registered-models/get", query={"name": name})
    ok("POST", "registered-models/create", {"name": name, "tags": [mark]})
    text = {"key": "mlflow.prompt.text", "value": "Hello {{name}}! " * 500}
    version = ok("POST", "model-versions/create", {"name": name, "source": "dummy-source", "description": "first", "tags": [mark, text]})["model_version"]
    check(version["version"] == "1" and by_key(version["tags"])["mlflow.prompt.text"] == text["value"], f"{version}")
    asked = f"tags.`mlflow.prompt.is_prompt` = 'true' AND name = '{name}'"
    check([m["name"] for m in ok("GET", "registered-models/search", query={"filter": asked, "max_results": 100})["registered_models"]] == [name], "a prompt is found")
    for query in ({"max_results": 100}, {"filter": f"name = '{name}' AND tag.`mlflow.prompt.is_prompt` != 'true'", "max_results": 100}):
        check(name not in [m["name"] for m in ok("GET", "registered-models/search", query=query).get("registered_models", [])], "a prompt is no model")
    check(ok("GET", "model-versions/search", query={"filter": f"name = '{name}'"}) == {}, "a version of a prompt is none of a model")
    ok("DELETE", "registered-models/delete", {"name": name})


def oddities(run):
    status, data, _ = send("POST", API + "runs/log-metric", raw=b'{"run_id": "%s", "key": "n", "value": NaN, "timestamp": 1, "step": 0}' % run.encode(),
                           headers={"Content-Type": "application/json"})
    check(status == 400 and json.loads(data)["error_code"] == "INVALID_PARAMETER_VALUE", f"bare NaN -> {status} {data[:100]}")
    status, data, _ = send("POST", API + "runs/log-metric", raw=b"{}", headers={"Content-Type": "text/plain"})
    check(status == 400 and "Content-Type must be one of ['application/json']." in json.loads(data)["message"], f"content type -> {status} {data[:100]}")
    body = json.dumps(json.dumps({"run_id": run, "key": "old", "value": 1, "timestamp": 1})).encode()
    status, data, _ = send("POST", API + "runs/log-metric", raw=body, headers={"Content-Type": "application/json"})
    check((status, data) == (200, b"{}"), f"a body within a string -> {status} {data[:100]}")
    ok("POST", "runs/log-metric", {"run_id": run, "key": "more", "value": "1.5", "timestamp": "2", "unknown": {"a": [1]}, "model_id": "m-1"})
    refused(400, "INVALID_PARAMETER_VALUE", "POST", "experiments/create", None, beginning="Missing value for required parameter 'name'")
    status, _, headers = send("GET", API + "no/such/thing")
    check(status == 404 and headers.get_content_type() != "text/html", f"unknown path -> {status}")
    check(send("GET", API + "runs/log-metric")[0] == 405, "a wrong method is 405")
    status, data, _ = send("POST", "/api/2.0/mlflow-artifacts/mpu/create/x", {"path": "x", "num_parts": 1})
    fallback = "Multipart upload is not supported for the current artifact repository"  # the beginning that makes the client go the plain way
    check(status == 501 and json.loads(data)["message"].startswith(fallback), f"multipart -> {status} {data[:100]}")


experiment, run, uri = tracking()
artifacts(run, uri)
model_id, model_uri = logged_model(experiment, run)
registry(run, uri, model_id, model_uri)
prompts()
oddities(run)
ok("POST", "experiments/delete", {"experiment_id": experiment})
check(ok("GET", "experiments/get", query={"experiment_id": experiment})["experiment"]["lifecycle_stage"] == "deleted", "deleted")
refused(400, "INVALID_PARAMETER_VALUE", "POST", "runs/create", {"experiment_id": experiment, "start_time": 1})
ok("POST", "experiments/restore", {"experiment_id": experiment})
print(f"{passed} passed, {failed} failed")
sys.exit(1 if failed else 0)
