using System.IO.Compression;
using System.Text;
using Lifecycle.Sdk.Storage;
using Xunit;

namespace Lifecycle.Sdk.Tests.Registry;

/// <summary>A version on its way from one store to another, with the packages that come from nowhere good.</summary>
public sealed class ModelPackageTests
{
    [Theory]
    [InlineData("file", "package")]
    [InlineData("file", "package.zip")]
    [InlineData("sqlite", "package")]
    [InlineData("sqlite", "deep/er/package.ZIP")]
    public async Task A_version_comes_back_elsewhere_with_all_that_is_known_of_it(string provider, string path)
    {
        using var lab = new PackageLab(provider);
        var export = await lab.ExportAsync(path);
        Assert.Equal((lab[path], 3_000_007L), (export.Path, export.Bytes));
        await using var target = lab.OpenTarget();
        await target.Models.CreateModelAsync("renamed");
        await target.Models.CreateVersionAsync("renamed", new NewModelVersion { Source = "elsewhere" });
        var imported = await target.Models.As("bob").ImportAsync(lab[path], "renamed", export.Manifest);
        Assert.Equal(export.Manifest, imported.Manifest);

        // The number is the next one here; nothing that was checked, approved or pointed to there counts here.
        var version = imported.Version;
        Assert.Equal(("renamed", 2, "the first", "bob"), (version.Model, version.Number, version.Description, version.User));
        Assert.Equal("risk", version.Tags["team"]);
        Assert.Equal((0, 0, 0), (version.Aliases.Count, version.Checks.Count, version.Approvals.Count));
        Assert.Equal(export.Version.Artifacts, version.Artifacts);
        foreach (var artifact in version.Artifacts)
        {
            await using var content = await target.Models.OpenArtifactAsync("renamed", 2, artifact.Path.ToString());
            using var copy = new MemoryStream();
            await content.CopyToAsync(copy);
            Assert.Equal((artifact.Digest, artifact.Size), (ContentDigest.Of(copy.ToArray()), copy.Length));
        }

        var origin = version.ImportedFrom!;
        Assert.Equal(("fraud", 1, export.Version.Run.ToString(), "alice", export.Manifest.ToString()), (origin.Model, origin.Version, origin.Run, origin.Actor, origin.Manifest));
        var lineage = version.Lineage!;
        Assert.Equal(("train 7", "fraud detection", "abc123", "payments"), (lineage.RunName, lineage.Experiment, lineage.GitCommit, lineage.Datasets[0].Name));
        Assert.NotEqual(export.Version.Run, version.Run);
        var run = await target.Runs.GetAsync(version.Run!.Value);
        Assert.Equal((6L, 0.1, "gbt | <b>"), (run.Params["depth"].AsInteger, run.Params["rate"].AsFloating, run.Params["kind"].ToString()));
        var auc = run.Metrics["auc"];
        Assert.Equal((0.5, 20L, 0.79, 49L, 0.7), (auc.Min!.Value.Value, auc.Min!.Value.Step, Math.Round(auc.Last.Value, 6), auc.Last.Step, Math.Round(auc.First.Value, 6)));
        Assert.True(double.IsNaN(run.Metrics["loss"].Last.Value));
        Assert.Equal(10, Assert.Single(run.Inputs).RowCount);
        Assert.Equal(RunStatus.Finished, run.Status);
        Assert.Equal("2", Assert.Single((await target.Models.SearchVersionsAsync(new ModelQuery { Filter = SearchParser.ParseVersionFilter("tags.team = 'risk'") })).Items).Number.ToString(System.Globalization.CultureInfo.InvariantCulture));
        Assert.True((await target.Models.VerifyLedgerAsync()).IsIntact);
    }

    [Fact]
    public async Task What_was_imported_can_be_exported_again_and_a_second_import_is_the_next_version()
    {
        using var lab = new PackageLab("file");
        await lab.ExportAsync("one.zip");
        await using var target = lab.OpenTarget();
        Assert.Equal(("fraud", 1), (await target.Models.ImportAsync(lab["one.zip"])) is { Version: var first } ? (first.Model, first.Number) : default);
        Assert.Equal("finds it", (await target.Models.GetModelAsync("fraud")).Description);
        await target.Models.ExportAsync("fraud/1", lab["two"]);
        var again = await target.Models.ImportAsync(lab["two"]);
        Assert.Equal((2, target.Store.Address), (again.Version.Number, again.Version.ImportedFrom!.Store));
        Assert.Equal(0.5, (await target.Runs.GetAsync(again.Version.Run!.Value)).Metrics["auc"].Min!.Value.Value);
    }

    [Fact]
    public async Task A_version_without_artifacts_or_run_travels_as_well()
    {
        using var lab = new PackageLab("file");
        await using var source = lab.OpenSource();
        await source.Models.CreateModelAsync("elsewhere");
        await source.Models.CreateVersionAsync("elsewhere", new NewModelVersion { Source = "s3://bucket/model" });
        await source.Models.ExportAsync("elsewhere/1", lab["p.zip"]);
        await using var target = lab.OpenTarget();
        var version = (await target.Models.ImportAsync(lab["p.zip"])).Version;
        Assert.Equal(("s3://bucket/model", null, 0), (version.Source, version.Run, version.Artifacts.Count));
    }

    [Fact]
    public async Task The_model_card_is_text_whatever_users_have_written()
    {
        using var lab = new PackageLab("file");
        await lab.ExportAsync("p");
        var card = await File.ReadAllTextAsync(Path.Combine(lab["p"], "MODEL_CARD.md"));
        Assert.StartsWith("# fraud, version 1\n", card, StringComparison.Ordinal);
        Assert.Contains("| kind | gbt \\| &lt;b> |", card, StringComparison.Ordinal);
        Assert.Contains("| auc | 0.79 (0.5 to 0.79, 50 points) |", card, StringComparison.Ordinal);
        Assert.Contains("| payments (training) | d1 |", card, StringComparison.Ordinal);
        Assert.Contains("abc123", card, StringComparison.Ordinal);
        Assert.Contains($"| alice | {PromotionTarget.Alias("champion")}: looked at it |", card, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_export_overwrites_nothing_and_leaves_nothing_half_written()
    {
        using var lab = new PackageLab("file");
        await lab.ExportAsync("p");
        await using var source = lab.OpenSource();
        await File.WriteAllTextAsync(lab["there.zip"], "mine");
        await Assert.ThrowsAsync<IOException>(() => source.Models.ExportAsync("fraud/1", lab["there.zip"]));
        await Assert.ThrowsAsync<IOException>(() => source.Models.ExportAsync("fraud/1", lab["p"] + "/"));
        await Assert.ThrowsAsync<LifecycleNotFoundException>(() => source.Models.ExportAsync("fraud/2", lab["q"]));
        Assert.Equal("mine", await File.ReadAllTextAsync(lab["there.zip"]));

        // The run has another content under the path now: what was registered is gone, and there is no package without it.
        await using (var run = await source.ResumeRunAsync((await source.Models.GetVersionAsync("fraud", 1)).Run!.Value))
        {
            await run.LogTextAsync("other", "model/w.bin");
            run.Complete();
        }

        await Assert.ThrowsAsync<LifecycleException>(() => source.Models.ExportAsync("fraud/1", lab["q.zip"]));
        await Assert.ThrowsAsync<LifecycleException>(() => source.Models.ExportAsync("fraud/1", lab["q"]));
        Assert.DoesNotContain(Directory.EnumerateFileSystemEntries(Path.GetDirectoryName(lab["q"])!), path => Path.GetFileName(path).StartsWith('q'));
    }

    [Fact]
    public async Task Every_altered_byte_of_a_package_is_refused_where_its_digest_is_known()
    {
        using var lab = new PackageLab("file");
        var export = await lab.ExportAsync("p");
        await using var target = lab.OpenTarget();
        foreach (var name in (string[])["MODEL_CARD.md", "artifacts/model/w.bin", "manifest.json"])
        {
            var path = Path.Combine(lab["p"], name);
            var intact = await File.ReadAllBytesAsync(path);
            for (var at = 0; at < intact.Length; at += Math.Max(1, intact.Length / 40))
            {
                var altered = intact.ToArray();
                altered[at] ^= 1;
                await File.WriteAllBytesAsync(path, altered);
                await Assert.ThrowsAsync<InvalidDataException>(() => target.Models.ImportAsync(lab["p"], null, export.Manifest));
            }

            await File.WriteAllBytesAsync(path, intact);
        }

        await AssertNothingImportedAsync(target);
        Assert.Equal(1, (await target.Models.ImportAsync(lab["p"], null, export.Manifest)).Version.Number);
    }

    [Theory]
    [InlineData("missing artifact", "missing")]
    [InlineData("missing manifest", "no manifest.json")]
    [InlineData("missing card", "missing")]
    [InlineData("extra artifact", "does not name")]
    [InlineData("extra file", "a package holds")]
    [InlineData("extra folder", "folder")]
    [InlineData("longer", "bytes instead of")]
    [InlineData("empty manifest", "0 bytes")]
    [InlineData("manifest of another format", "format 2")]
    [InlineData("manifest is no json", "can't be read")]
    [InlineData("manifest says it twice", "can't be read")]
    [InlineData("manifest leads out", "'..'")]
    [InlineData("manifest names it twice", "twice")]
    [InlineData("manifest with a broken name", "model name")]
    [InlineData("link to a file", "is a link")]
    [InlineData("link to a folder", "is a link")]
    public async Task A_spoilt_folder_is_refused_with_the_reason(string fault, string reason)
    {
        using var lab = new PackageLab("file");
        await lab.ExportAsync("p");
        Spoil(lab["p"], fault);
        await using var target = lab.OpenTarget();
        var refusal = await Assert.ThrowsAsync<InvalidDataException>(() => target.Models.ImportAsync(lab["p"]));
        Assert.Contains(reason, refusal.Message, StringComparison.Ordinal);
        Assert.Contains("Nothing was imported", refusal.Message, StringComparison.Ordinal);
        await AssertNothingImportedAsync(target);
    }

    [Theory]
    [InlineData("../evil", "a package holds")]
    [InlineData("/etc/passwd", "a package holds")]
    [InlineData("artifacts/../../evil", "'..'")]
    [InlineData("artifacts\\evil", "a package holds")]
    [InlineData("artifacts/a\\..\\b", "'\\'")]
    [InlineData("artifacts/C:/evil", "':'")]
    [InlineData("artifacts/NUL", "device")]
    [InlineData("artifacts/model/w.bin", "twice")]
    [InlineData("artifacts/MODEL/W.BIN", "twice")]
    [InlineData("Manifest.json", "a package holds")]
    [InlineData("artifacts/more", "does not name")]
    public async Task A_hostile_name_in_a_zip_is_refused(string name, string reason)
    {
        using var lab = new PackageLab("file");
        await lab.ExportAsync("p");
        await lab.RepackAsync("p", "evil.zip", zip => Write(zip, name, "evil"u8.ToArray()));
        await using var target = lab.OpenTarget();
        var refusal = await Assert.ThrowsAsync<InvalidDataException>(() => target.Models.ImportAsync(lab["evil.zip"]));
        Assert.Contains(reason, refusal.Message, StringComparison.Ordinal);
        await AssertNothingImportedAsync(target);
    }

    [Theory]
    [InlineData(0xA1FF)]
    [InlineData(0x61B0)]
    [InlineData(0x11B0)]
    public async Task A_link_or_device_in_a_zip_is_refused(int mode)
    {
        using var lab = new PackageLab("file");
        await lab.ExportAsync("p");
        File.Delete(Path.Combine(lab["p"], "artifacts", "model", "w.bin"));
        await lab.RepackAsync("p", "evil.zip", zip => Write(zip, "artifacts/model/w.bin", "weights"u8.ToArray()).ExternalAttributes = mode << 16);
        await using var target = lab.OpenTarget();
        var refusal = await Assert.ThrowsAsync<InvalidDataException>(() => target.Models.ImportAsync(lab["evil.zip"]));
        Assert.Contains("link or device", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_zip_that_lies_about_a_length_is_not_read_beyond_it()
    {
        using var lab = new PackageLab("file");
        await lab.ExportAsync("p.zip");
        var bytes = await File.ReadAllBytesAsync(lab["p.zip"]);

        // The central directory is made to say that the artifact of seven bytes has six, as the manifest then says too.
        var name = Encoding.UTF8.GetBytes("artifacts/model/w.bin");
        var at = bytes.AsSpan().LastIndexOf(name) - 46 + 24;
        Assert.Equal(7, bytes[at]);
        bytes[at] = 6;
        await File.WriteAllBytesAsync(lab["p.zip"], bytes);
        await using var target = lab.OpenTarget();
        await Assert.ThrowsAsync<InvalidDataException>(() => target.Models.ImportAsync(lab["p.zip"]));
        await AssertNothingImportedAsync(target);
    }

    [Fact]
    public async Task A_zip_bomb_is_refused_before_anything_is_unpacked()
    {
        using var lab = new PackageLab("file");
        await lab.ExportAsync("p.zip");
        var bytes = await File.ReadAllBytesAsync(lab["p.zip"]);
        var at = bytes.AsSpan().LastIndexOf(Encoding.UTF8.GetBytes("artifacts/model/w.bin")) - 46 + 24;
        BitConverter.TryWriteBytes(bytes.AsSpan(at), 0xF0000000);
        await File.WriteAllBytesAsync(lab["p.zip"], bytes);
        await using var target = lab.OpenTarget();
        var refusal = await Assert.ThrowsAsync<InvalidDataException>(() => target.Models.ImportAsync(lab["p.zip"]));
        Assert.Contains("would become", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_zip_packed_again_by_other_tools_is_taken()
    {
        using var lab = new PackageLab("file");
        await lab.ExportAsync("p");
        await lab.RepackAsync("p", "again.zip", zip =>
        {
            zip.CreateEntry("artifacts/");
            zip.CreateEntry("artifacts/model/").ExternalAttributes = 0x41ED << 16;
        });
        await using var target = lab.OpenTarget();
        Assert.Equal(3, (await target.Models.ImportAsync(lab["again.zip"])).Version.Artifacts.Count);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(10)]
    [InlineData(0.5)]
    [InlineData(0.99)]
    public async Task A_zip_that_was_cut_off_is_refused(double part)
    {
        using var lab = new PackageLab("file");
        await lab.ExportAsync("p.zip");
        var bytes = await File.ReadAllBytesAsync(lab["p.zip"]);
        await File.WriteAllBytesAsync(lab["p.zip"], bytes[..(part < 1 ? (int)(part * bytes.Length) : (int)part)]);
        await using var target = lab.OpenTarget();
        await Assert.ThrowsAsync<InvalidDataException>(() => target.Models.ImportAsync(lab["p.zip"]));
    }

    [Fact]
    public async Task What_is_not_there_is_no_package()
    {
        using var lab = new PackageLab("file");
        await using var target = lab.OpenTarget();
        await Assert.ThrowsAsync<FileNotFoundException>(() => target.Models.ImportAsync(lab["nothing.zip"]));
        await Assert.ThrowsAnyAsync<ArgumentException>(() => target.Models.ImportAsync(""));
        await lab.ExportAsync("p");
        await Assert.ThrowsAnyAsync<ArgumentException>(() => target.Models.ImportAsync(lab["p"], "a/b"));
    }

    private static ZipArchiveEntry Write(ZipArchive zip, string name, byte[] content)
    {
        var entry = zip.CreateEntry(name);
        using var stream = entry.Open();
        stream.Write(content);
        return entry;
    }

    private static void Spoil(string package, string fault)
    {
        var manifest = Path.Combine(package, "manifest.json");
        var card = Path.Combine(package, "MODEL_CARD.md");
        var weights = Path.Combine(package, "artifacts", "model", "w.bin");
        switch (fault)
        {
            case "missing artifact": File.Delete(weights); break;
            case "missing manifest": File.Delete(manifest); break;
            case "missing card": File.Delete(card); break;
            case "extra artifact": File.WriteAllText(Path.Combine(package, "artifacts", "more"), "x"); break;
            case "extra file": File.WriteAllText(Path.Combine(package, "run.sh"), "x"); break;
            case "extra folder": Directory.CreateDirectory(Path.Combine(package, ".git")); break;
            case "longer": File.AppendAllText(weights, "x"); break;
            case "empty manifest": File.WriteAllText(manifest, ""); break;
            case "manifest is no json": File.WriteAllText(manifest, "{"); break;
            case "manifest of another format": Edit("\"format\": 1", "\"format\": 2"); break;
            case "manifest says it twice": Edit("\"format\": 1", "\"format\": 1, \"format\": 1"); break;
            case "manifest leads out": Edit("model/w.bin", "../../w.bin"); break;
            case "manifest names it twice": Edit("model/w.bin", "model/SUB/empty"); break;
            case "manifest with a broken name": Edit("\"model\": \"fraud\"", "\"model\": \"a/b\""); break;
            case "link to a file":
                File.Delete(weights);
                File.CreateSymbolicLink(weights, card);
                break;
            case "link to a folder":
                Directory.Move(Path.Combine(package, "artifacts", "model"), package + ".elsewhere");
                Directory.CreateSymbolicLink(Path.Combine(package, "artifacts", "model"), package + ".elsewhere");
                break;
            default: throw new ArgumentException(fault);
        }

        void Edit(string old, string changed)
        {
            var text = File.ReadAllText(manifest);
            Assert.Contains(old, text, StringComparison.Ordinal);
            File.WriteAllText(manifest, text.Replace(old, changed, StringComparison.Ordinal));
        }
    }

    private static async Task AssertNothingImportedAsync(Tracker target)
    {
        Assert.Empty((await target.Models.SearchModelsAsync(new ModelQuery())).Items);
        Assert.Empty((await target.Store.SearchRunsAsync(new RunQuery { View = StageView.All })).Items);
        Assert.Equal(0, (await target.Store.CollectGarbageAsync(new GarbageOptions { DryRun = true, MinimumAge = TimeSpan.Zero })).Contents);
    }
}
