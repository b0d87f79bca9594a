using System.Text.RegularExpressions;
using Lifecycle.Sdk.Server.Tests.Support;
using Xunit;

namespace Lifecycle.Sdk.Server.Tests;

/// <summary>
/// A story in which a stock client calls every endpoint there is, with the exact JSON that comes back. What is made up by the server is replaced by a word:
/// the ids of the run and of the logged model by RUN and CLFID, times of now by TIME, the name of the account by ACTOR.
/// </summary>
public sealed partial class WireStoryTests
{
    private const string Api = "/api/2.0/mlflow/";
    private const string Ajax = "/ajax-api/2.0/mlflow/";
    private const string Proxy = "/api/2.0/mlflow-artifacts/";

    /// <summary>Method, path, body, answer.</summary>
    internal static readonly (string Method, string Path, string? Body, string Answer)[] Story =
    [
        ("GET", "/health", null, """OK"""),
        ("GET", "/version", null, """3.1.3"""),
        ("POST", Api + "experiments/create", """{"name":"stock","tags":[{"key":"team","value":"risk"}]}""", """{"experiment_id":"1"}"""),
        ("GET", Api + "experiments/get?experiment_id=1", null, """{"experiment":{"experiment_id":"1","name":"stock","artifact_location":"mlflow-artifacts:/1","lifecycle_stage":"active","creation_time":TIME,"last_update_time":TIME,"tags":[{"key":"team","value":"risk"}]}}"""),
        ("GET", Api + "experiments/get-by-name?experiment_name=stock", null, """{"experiment":{"experiment_id":"1","name":"stock","artifact_location":"mlflow-artifacts:/1","lifecycle_stage":"active","creation_time":TIME,"last_update_time":TIME,"tags":[{"key":"team","value":"risk"}]}}"""),
        ("POST", Api + "experiments/update", """{"experiment_id":1,"new_name":"renamed"}""", """{}"""),
        ("POST", Api + "experiments/set-experiment-tag", """{"experiment_id":"1","key":"k","value":"v"}""", """{}"""),
        ("POST", Api + "experiments/delete-experiment-tag", """{"experiment_id":"1","key":"k"}""", """{}"""),
        ("POST", Api + "experiments/search", """{"max_results":10,"filter":"name LIKE 're%'"}""", """{"experiments":[{"experiment_id":"1","name":"renamed","artifact_location":"mlflow-artifacts:/1","lifecycle_stage":"active","creation_time":TIME,"last_update_time":TIME,"tags":[{"key":"team","value":"risk"}]}]}"""),
        ("GET", Api + "experiments/search?max_results=10&view_type=ALL&order_by=name", null, """{"experiments":[{"experiment_id":"0","name":"Default","artifact_location":"mlflow-artifacts:/0","lifecycle_stage":"active","creation_time":TIME,"last_update_time":TIME},{"experiment_id":"1","name":"renamed","artifact_location":"mlflow-artifacts:/1","lifecycle_stage":"active","creation_time":TIME,"last_update_time":TIME,"tags":[{"key":"team","value":"risk"}]}]}"""),
        ("POST", Api + "runs/create", """{"experiment_id":"1","user_id":"py","run_name":"first","start_time":"1000","tags":[{"key":"mlflow.user","value":"py"}]}""", """{"run":{"info":{"run_id":"RUN","run_uuid":"RUN","experiment_id":"1","run_name":"first","user_id":"py","status":"RUNNING","start_time":1000,"artifact_uri":"mlflow-artifacts:/1/RUN/artifacts","lifecycle_stage":"active"},"data":{"tags":[{"key":"mlflow.runName","value":"first"},{"key":"mlflow.user","value":"py"}]},"inputs":{}}}"""),
        ("POST", Api + "runs/log-parameter", """{"run_uuid":"RUN","run_id":"RUN","key":"lr","value":"0.1"}""", """{}"""),
        ("POST", Api + "runs/log-metric", """{"run_uuid":"RUN","run_id":"RUN","key":"loss","value":0.5,"timestamp":"2000","step":"1"}""", """{}"""),
        ("POST", Api + "runs/log-batch", """{"run_id":"RUN","metrics":[{"key":"loss","value":"NaN","timestamp":2001,"step":2},{"key":"loss","value":0.5,"timestamp":2000,"step":1}],"params":[{"key":"depth","value":"6"}],"tags":[{"key":"t","value":"x"}]}""", """{}"""),
        ("POST", Api + "runs/set-tag", """{"run_id":"RUN","key":"stage","value":"dev"}""", """{}"""),
        ("POST", Api + "runs/delete-tag", """{"run_id":"RUN","key":"stage"}""", """{}"""),
        ("POST", Api + "runs/log-inputs", """{"run_id":"RUN","datasets":[{"tags":[{"key":"mlflow.data.context","value":"training"}],"dataset":{"name":"d","digest":"abc","source_type":"local","source":"s","schema":"{}","profile":"{\"num_rows\": 3}"}}]}""", """{}"""),
        ("GET", Api + "runs/get?run_uuid=RUN&run_id=RUN", null, """{"run":{"info":{"run_id":"RUN","run_uuid":"RUN","experiment_id":"1","run_name":"first","user_id":"py","status":"RUNNING","start_time":1000,"artifact_uri":"mlflow-artifacts:/1/RUN/artifacts","lifecycle_stage":"active"},"data":{"metrics":[{"key":"loss","value":"NaN","timestamp":2001,"step":2}],"params":[{"key":"depth","value":"6"},{"key":"lr","value":"0.1"}],"tags":[{"key":"mlflow.runName","value":"first"},{"key":"mlflow.user","value":"py"},{"key":"t","value":"x"}]},"inputs":{"dataset_inputs":[{"tags":[{"key":"mlflow.data.context","value":"training"}],"dataset":{"name":"d","digest":"abc","source_type":"local","source":"s","schema":"{}","profile":"{\u0022num_rows\u0022: 3}"}}]}}}"""),
        ("POST", Api + "runs/search", """{"experiment_ids":["1"],"filter":"params.depth = '6'","max_results":5,"order_by":["start_time DESC"]}""", """{"runs":[{"info":{"run_id":"RUN","run_uuid":"RUN","experiment_id":"1","run_name":"first","user_id":"py","status":"RUNNING","start_time":1000,"artifact_uri":"mlflow-artifacts:/1/RUN/artifacts","lifecycle_stage":"active"},"data":{"metrics":[{"key":"loss","value":"NaN","timestamp":2001,"step":2}],"params":[{"key":"depth","value":"6"},{"key":"lr","value":"0.1"}],"tags":[{"key":"mlflow.runName","value":"first"},{"key":"mlflow.user","value":"py"},{"key":"t","value":"x"}]},"inputs":{"dataset_inputs":[{"tags":[{"key":"mlflow.data.context","value":"training"}],"dataset":{"name":"d","digest":"abc","source_type":"local","source":"s","schema":"{}","profile":"{\u0022num_rows\u0022: 3}"}}]}}]}"""),
        ("GET", Api + "metrics/get-history?run_uuid=RUN&run_id=RUN&metric_key=loss&max_results=1", null, """{"metrics":[{"key":"loss","value":0.5,"timestamp":2000,"step":1}],"next_page_token":"eyJvZmZzZXQiOiAxfQ=="}"""),
        ("GET", Ajax + "metrics/get-history-bulk?run_id=RUN&metric_key=loss&max_results=10", null, """{"metrics":[{"key":"loss","value":0.5,"timestamp":2000,"step":1,"run_id":"RUN"},{"key":"loss","value":"NaN","timestamp":2001,"step":2,"run_id":"RUN"}]}"""),
        ("GET", Api + "metrics/get-history-bulk-interval?run_ids=RUN&metric_key=loss&start_step=0&end_step=1", null, """{"metrics":[{"key":"loss","value":0.5,"timestamp":2000,"step":1,"run_id":"RUN"}]}"""),
        ("POST", Ajax + "experiments/search-datasets", """{"experiment_ids":["1"]}""", """{"dataset_summaries":[{"experiment_id":"1","name":"d","digest":"abc","context":"training"}]}"""),
        ("PUT", Proxy + "artifacts/1/RUN/artifacts/model/w.bin", "\"weights\"", """{}"""),
        ("POST", Ajax + "upload-artifact?run_uuid=RUN&path=note.txt", "\"note\"", """{}"""),
        ("GET", Proxy + "artifacts?path=1/RUN/artifacts", null, """{"files":[{"path":"model","is_dir":true},{"path":"note.txt","is_dir":false,"file_size":6}]}"""),
        ("GET", Proxy + "artifacts/1/RUN/artifacts/model/w.bin", null, "\"weights\""),
        ("GET", Api + "artifacts/list?run_id=RUN&path=model", null, """{"root_uri":"mlflow-artifacts:/1/RUN/artifacts","files":[{"path":"model/w.bin","is_dir":false,"file_size":9}]}"""),
        ("GET", "/get-artifact?run_uuid=RUN&path=note.txt", null, "\"note\""),
        ("DELETE", Proxy + "artifacts/1/RUN/artifacts/note.txt", """{}""", """{}"""),
        ("POST", Api + "logged-models", """{"experiment_id":"1","name":"clf","source_run_id":"RUN","model_type":"c","params":[{"key":"p","value":"1"}],"tags":[{"key":"t","value":"2"}]}""", """{"model":{"info":{"model_id":"CLFID","experiment_id":"1","name":"clf","creation_timestamp_ms":TIME,"last_updated_timestamp_ms":TIME,"artifact_uri":"mlflow-artifacts:/1/models/CLFID/artifacts","status":"LOGGED_MODEL_PENDING","model_type":"c","source_run_id":"RUN","tags":[{"key":"t","value":"2"}]},"data":{"params":[{"key":"p","value":"1"}]}}}"""),
        ("PUT", Proxy + "artifacts/1/models/CLFID/artifacts/MLmodel", "\"flavors\"", """{}"""),
        ("PATCH", Api + "logged-models/CLFID", """{"model_id":"CLFID","status":"LOGGED_MODEL_READY"}""", """{"model":{"info":{"model_id":"CLFID","experiment_id":"1","name":"clf","creation_timestamp_ms":TIME,"last_updated_timestamp_ms":TIME,"artifact_uri":"mlflow-artifacts:/1/models/CLFID/artifacts","status":"LOGGED_MODEL_READY","model_type":"c","source_run_id":"RUN","tags":[{"key":"t","value":"2"}]},"data":{"params":[{"key":"p","value":"1"}]}}}"""),
        ("PATCH", Api + "logged-models/CLFID/tags", """{"tags":[{"key":"owner","value":"me"}]}""", """{"model":{"info":{"model_id":"CLFID","experiment_id":"1","name":"clf","creation_timestamp_ms":TIME,"last_updated_timestamp_ms":TIME,"artifact_uri":"mlflow-artifacts:/1/models/CLFID/artifacts","status":"LOGGED_MODEL_READY","model_type":"c","source_run_id":"RUN","tags":[{"key":"t","value":"2"},{"key":"owner","value":"me"}]},"data":{"params":[{"key":"p","value":"1"}]}}}"""),
        ("DELETE", Api + "logged-models/CLFID/tags/t", """{}""", """{}"""),
        ("POST", Api + "logged-models/CLFID/params", """{"params":[{"key":"q","value":"2"}]}""", """{}"""),
        ("GET", Api + "logged-models/CLFID", null, """{"model":{"info":{"model_id":"CLFID","experiment_id":"1","name":"clf","creation_timestamp_ms":TIME,"last_updated_timestamp_ms":TIME,"artifact_uri":"mlflow-artifacts:/1/models/CLFID/artifacts","status":"LOGGED_MODEL_READY","model_type":"c","source_run_id":"RUN","tags":[{"key":"owner","value":"me"}]},"data":{"params":[{"key":"p","value":"1"},{"key":"q","value":"2"}]}}}"""),
        ("POST", Api + "logged-models/search", """{"experiment_ids":["1"],"filter":"name = 'clf'"}""", """{"models":[{"info":{"model_id":"CLFID","experiment_id":"1","name":"clf","creation_timestamp_ms":TIME,"last_updated_timestamp_ms":TIME,"artifact_uri":"mlflow-artifacts:/1/models/CLFID/artifacts","status":"LOGGED_MODEL_READY","model_type":"c","source_run_id":"RUN","tags":[{"key":"owner","value":"me"}]},"data":{"params":[{"key":"p","value":"1"},{"key":"q","value":"2"}]}}]}"""),
        ("GET", Api + "logged-models/CLFID/artifacts/directories?artifact_directory_path=", null, """{"root_uri":"mlflow-artifacts:/1/models/CLFID/artifacts","files":[{"path":"MLmodel","is_dir":false,"file_size":9}]}"""),
        ("GET", Ajax + "logged-models/CLFID/artifacts/files?artifact_file_path=MLmodel", null, "\"flavors\""),
        ("POST", Api + "runs/outputs", """{"run_id":"RUN","models":[{"model_id":"CLFID","step":0}]}""", """{}"""),
        ("POST", Api + "runs/log-model", """{"run_id":"RUN","model_json":"{\"artifact_path\":\"m\",\"run_id\":\"RUN\"}"}""", """{}"""),
        ("POST", Api + "runs/update", """{"run_id":"RUN","status":"FINISHED","end_time":3000,"run_name":"done"}""", """{"run_info":{"run_id":"RUN","run_uuid":"RUN","experiment_id":"1","run_name":"done","user_id":"py","status":"FINISHED","start_time":1000,"end_time":3000,"artifact_uri":"mlflow-artifacts:/1/RUN/artifacts","lifecycle_stage":"active"}}"""),
        ("GET", Api + "runs/get?run_id=RUN", null, """{"run":{"info":{"run_id":"RUN","run_uuid":"RUN","experiment_id":"1","run_name":"done","user_id":"py","status":"FINISHED","start_time":1000,"end_time":3000,"artifact_uri":"mlflow-artifacts:/1/RUN/artifacts","lifecycle_stage":"active"},"data":{"metrics":[{"key":"loss","value":"NaN","timestamp":2001,"step":2}],"params":[{"key":"depth","value":"6"},{"key":"lr","value":"0.1"}],"tags":[{"key":"mlflow.log-model.history","value":"[{\u0022artifact_path\u0022:\u0022m\u0022,\u0022run_id\u0022:\u0022RUN\u0022}]"},{"key":"mlflow.runName","value":"done"},{"key":"mlflow.user","value":"py"},{"key":"t","value":"x"}]},"inputs":{"dataset_inputs":[{"tags":[{"key":"mlflow.data.context","value":"training"}],"dataset":{"name":"d","digest":"abc","source_type":"local","source":"s","schema":"{}","profile":"{\u0022num_rows\u0022: 3}"}}]},"outputs":{"model_outputs":[{"model_id":"CLFID","step":0}]}}}"""),
        ("POST", Api + "registered-models/create", """{"name":"fraud","description":"d","tags":[{"key":"a","value":"b"}]}""", """{"registered_model":{"name":"fraud","creation_timestamp":TIME,"last_updated_timestamp":TIME,"description":"d","tags":[{"key":"a","value":"b"}]}}"""),
        ("POST", Api + "model-versions/create", """{"name":"fraud","source":"mlflow-artifacts:/1/RUN/artifacts/model","run_id":"RUN","tags":[{"key":"c","value":"d"}]}""", """{"model_version":{"name":"fraud","version":"1","creation_timestamp":TIME,"last_updated_timestamp":TIME,"user_id":"ACTOR","current_stage":"None","description":"","source":"mlflow-artifacts:/1/RUN/artifacts/model","run_id":"RUN","status":"READY","tags":[{"key":"c","value":"d"}],"run_link":""}}"""),
        ("GET", Api + "model-versions/get?name=fraud&version=1", null, """{"model_version":{"name":"fraud","version":"1","creation_timestamp":TIME,"last_updated_timestamp":TIME,"user_id":"ACTOR","current_stage":"None","description":"","source":"mlflow-artifacts:/1/RUN/artifacts/model","run_id":"RUN","status":"READY","tags":[{"key":"c","value":"d"}],"run_link":""}}"""),
        ("PATCH", Api + "model-versions/update", """{"name":"fraud","version":1,"description":"v"}""", """{"model_version":{"name":"fraud","version":"1","creation_timestamp":TIME,"last_updated_timestamp":TIME,"user_id":"ACTOR","current_stage":"None","description":"v","source":"mlflow-artifacts:/1/RUN/artifacts/model","run_id":"RUN","status":"READY","tags":[{"key":"c","value":"d"}],"run_link":""}}"""),
        ("POST", Api + "model-versions/set-tag", """{"name":"fraud","version":"1","key":"e","value":"f"}""", """{}"""),
        ("DELETE", Api + "model-versions/delete-tag", """{"name":"fraud","version":"1","key":"c"}""", """{}"""),
        ("POST", Api + "model-versions/transition-stage", """{"name":"fraud","version":"1","stage":"staging","archive_existing_versions":false}""", """{"model_version":{"name":"fraud","version":"1","creation_timestamp":TIME,"last_updated_timestamp":TIME,"user_id":"ACTOR","current_stage":"Staging","description":"v","source":"mlflow-artifacts:/1/RUN/artifacts/model","run_id":"RUN","status":"READY","tags":[{"key":"e","value":"f"}],"run_link":""}}"""),
        ("GET", Api + "model-versions/get-download-uri?name=fraud&version=1", null, """{"artifact_uri":"mlflow-artifacts:/1/RUN/artifacts/model"}"""),
        ("GET", "/model-versions/get-artifact?name=fraud&version=1&path=w.bin", null, "\"weights\""),
        ("POST", Api + "registered-models/alias", """{"name":"fraud","alias":"champion","version":"1"}""", """{}"""),
        ("GET", Api + "registered-models/alias?name=fraud&alias=champion", null, """{"model_version":{"name":"fraud","version":"1","creation_timestamp":TIME,"last_updated_timestamp":TIME,"user_id":"ACTOR","current_stage":"Staging","description":"v","source":"mlflow-artifacts:/1/RUN/artifacts/model","run_id":"RUN","status":"READY","tags":[{"key":"e","value":"f"}],"run_link":"","aliases":["champion"]}}"""),
        ("PATCH", Api + "registered-models/update", """{"name":"fraud","description":"e"}""", """{"registered_model":{"name":"fraud","creation_timestamp":TIME,"last_updated_timestamp":TIME,"description":"e","latest_versions":[{"name":"fraud","version":"1","creation_timestamp":TIME,"last_updated_timestamp":TIME,"user_id":"ACTOR","current_stage":"Staging","description":"v","source":"mlflow-artifacts:/1/RUN/artifacts/model","run_id":"RUN","status":"READY","tags":[{"key":"e","value":"f"}],"run_link":"","aliases":["champion"]}],"tags":[{"key":"a","value":"b"}],"aliases":[{"alias":"champion","version":"1"}]}}"""),
        ("POST", Api + "registered-models/set-tag", """{"name":"fraud","key":"g","value":"h"}""", """{}"""),
        ("DELETE", Api + "registered-models/delete-tag", """{"name":"fraud","key":"a"}""", """{}"""),
        ("GET", Api + "registered-models/get?name=fraud", null, """{"registered_model":{"name":"fraud","creation_timestamp":TIME,"last_updated_timestamp":TIME,"description":"e","latest_versions":[{"name":"fraud","version":"1","creation_timestamp":TIME,"last_updated_timestamp":TIME,"user_id":"ACTOR","current_stage":"Staging","description":"v","source":"mlflow-artifacts:/1/RUN/artifacts/model","run_id":"RUN","status":"READY","tags":[{"key":"e","value":"f"}],"run_link":"","aliases":["champion"]}],"tags":[{"key":"g","value":"h"}],"aliases":[{"alias":"champion","version":"1"}]}}"""),
        ("GET", Api + "registered-models/search?filter=name%20%3D%20%27fraud%27", null, """{"registered_models":[{"name":"fraud","creation_timestamp":TIME,"last_updated_timestamp":TIME,"description":"e","latest_versions":[{"name":"fraud","version":"1","creation_timestamp":TIME,"last_updated_timestamp":TIME,"user_id":"ACTOR","current_stage":"Staging","description":"v","source":"mlflow-artifacts:/1/RUN/artifacts/model","run_id":"RUN","status":"READY","tags":[{"key":"e","value":"f"}],"run_link":"","aliases":["champion"]}],"tags":[{"key":"g","value":"h"}],"aliases":[{"alias":"champion","version":"1"}]}]}"""),
        ("POST", Api + "registered-models/search", """{"max_results":1}""", """{"registered_models":[{"name":"fraud","creation_timestamp":TIME,"last_updated_timestamp":TIME,"description":"e","latest_versions":[{"name":"fraud","version":"1","creation_timestamp":TIME,"last_updated_timestamp":TIME,"user_id":"ACTOR","current_stage":"Staging","description":"v","source":"mlflow-artifacts:/1/RUN/artifacts/model","run_id":"RUN","status":"READY","tags":[{"key":"e","value":"f"}],"run_link":"","aliases":["champion"]}],"tags":[{"key":"g","value":"h"}],"aliases":[{"alias":"champion","version":"1"}]}]}"""),
        ("POST", Api + "registered-models/get-latest-versions", """{"name":"fraud","stages":["Production"]}""", """{}"""),
        ("GET", Api + "registered-models/get-latest-versions?name=fraud&stages=Staging", null, """{"model_versions":[{"name":"fraud","version":"1","creation_timestamp":TIME,"last_updated_timestamp":TIME,"user_id":"ACTOR","current_stage":"Staging","description":"v","source":"mlflow-artifacts:/1/RUN/artifacts/model","run_id":"RUN","status":"READY","tags":[{"key":"e","value":"f"}],"run_link":"","aliases":["champion"]}]}"""),
        ("GET", Api + "model-versions/search?filter=name%20%3D%20%27fraud%27&max_results=5", null, """{"model_versions":[{"name":"fraud","version":"1","creation_timestamp":TIME,"last_updated_timestamp":TIME,"user_id":"ACTOR","current_stage":"Staging","description":"v","source":"mlflow-artifacts:/1/RUN/artifacts/model","run_id":"RUN","status":"READY","tags":[{"key":"e","value":"f"}],"run_link":"","aliases":["champion"]}]}"""),
        ("POST", Api + "model-versions/search", """{"filter":"version_number > 1"}""", """{}"""),
        ("DELETE", Api + "registered-models/alias", """{"name":"fraud","alias":"champion"}""", """{}"""),
        ("POST", Api + "registered-models/rename", """{"name":"fraud","new_name":"fraud2"}""", """{"registered_model":{"name":"fraud2","creation_timestamp":TIME,"last_updated_timestamp":TIME,"description":"e","latest_versions":[{"name":"fraud2","version":"1","creation_timestamp":TIME,"last_updated_timestamp":TIME,"user_id":"ACTOR","current_stage":"Staging","description":"v","source":"mlflow-artifacts:/1/RUN/artifacts/model","run_id":"RUN","status":"READY","tags":[{"key":"e","value":"f"}],"run_link":""}],"tags":[{"key":"g","value":"h"}]}}"""),
        ("DELETE", Api + "model-versions/delete", """{"name":"fraud2","version":"1"}""", """{}"""),
        ("DELETE", Api + "registered-models/delete", """{"name":"fraud2"}""", """{}"""),
        ("DELETE", Api + "logged-models/CLFID", """{}""", """{}"""),
        ("POST", Api + "runs/delete", """{"run_id":"RUN"}""", """{}"""),
        ("POST", Api + "runs/restore", """{"run_id":"RUN"}""", """{}"""),
        ("POST", Api + "experiments/delete", """{"experiment_id":"1"}""", """{}"""),
        ("POST", Api + "experiments/restore", """{"experiment_id":"1"}""", """{}"""),
    ];

    private readonly Dictionary<string, string> _words = [];

    [Theory]
    [InlineData(StoreKind.LocalFile)]
    [InlineData(StoreKind.Sqlite)]
    public async Task A_stock_client_gets_this_JSON_from_every_endpoint(StoreKind store)
    {
        await using var server = await TestServer.StartAsync(store);
        foreach (var (method, path, body, answer) in Story)
        {
            var (status, got) = await server.SendAsync(method, Put(path), body is null ? null : Put(body));
            Keep(path, got);
            Assert.Equal($"{method} {path} -> 200 {answer}", $"{method} {path} -> {status} {Show(got)}");
        }
    }

    /// <summary>But for multipart uploads and presigned addresses, whose answer is 501.</summary>
    [Fact]
    public void The_story_calls_every_endpoint()
    {
        var called = Story.Select(step => (step.Method, Path: step.Path.Split('?')[0])).ToList();
        var answered = EndpointTable.All.Where(endpoint => !endpoint.Path.Contains("/mpu/", StringComparison.Ordinal) && !endpoint.Path.Contains("presigned", StringComparison.Ordinal));
        Assert.All(answered, endpoint => Assert.Contains(called, call => call.Method == endpoint.Method && Fits(call.Path, endpoint.Path)));
    }

    private static bool Fits(string path, string pattern) =>
        Regex.IsMatch(path, "^" + Regex.Replace(Regex.Escape(pattern), @"\\{(\\\*)*\w+}", ".+") + "$", RegexOptions.CultureInvariant, TimeSpan.FromSeconds(5));

    private void Keep(string path, string got)
    {
        if (path == Api + "runs/create") _words["RUN"] = Regex.Match(got, @"""run_id"":""(\w+)""").Groups[1].Value;
        if (path == Api + "logged-models") _words["CLFID"] = Regex.Match(got, @"""model_id"":""([\w-]+)""").Groups[1].Value;
    }

    private string Put(string text) => _words.Aggregate(text, (known, word) => known.Replace(word.Key, word.Value, StringComparison.Ordinal));

    private string Show(string text)
    {
        text = _words.Aggregate(text, (known, word) => known.Replace(word.Value, word.Key, StringComparison.Ordinal));
        text = text.Replace($"\"user_id\":\"{Environment.UserName}\"", "\"user_id\":\"ACTOR\"", StringComparison.Ordinal);
        return Times().Replace(text, "TIME");
    }

    [GeneratedRegex(@"\b1[7-9][0-9]{11}\b", RegexOptions.CultureInvariant)]
    private static partial Regex Times();
}
