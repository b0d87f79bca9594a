using System.Globalization;
using System.Runtime;
using System.Runtime.InteropServices;

namespace Lifecycle.Sdk.Capture;

/// <summary>What the process runs on. Collected once a process: none of it changes.</summary>
internal static class MachineFacts
{
    private static readonly Lazy<IReadOnlyList<(string, string)>> Facts = new(Gather);

    public static IReadOnlyList<(string Name, string Value)> Collect() => Facts.Value;

    private static List<(string, string)> Gather()
    {
        var memory = GC.GetGCMemoryInfo();
        var facts = new List<(string, string)>
        {
            ("lifecycle.os", RuntimeInformation.OSDescription),
            ("lifecycle.architecture", RuntimeInformation.ProcessArchitecture.ToString()),
            ("lifecycle.host", Environment.MachineName),
            ("lifecycle.cpu.name", CpuName() ?? ""),
            ("lifecycle.cpu.count", Environment.ProcessorCount.ToString(CultureInfo.InvariantCulture)),
            ("lifecycle.memory.available_bytes", memory.TotalAvailableMemoryBytes.ToString(CultureInfo.InvariantCulture)),
            ("lifecycle.dotnet", RuntimeInformation.FrameworkDescription),
            ("lifecycle.runtime_identifier", RuntimeInformation.RuntimeIdentifier),
            ("lifecycle.gc.server", GCSettings.IsServerGC ? "true" : "false"),
            ("lifecycle.gc.latency_mode", GCSettings.LatencyMode.ToString()),
        };
        AddCollectorSettings(facts);
        if (OperatingSystem.IsLinux()) AddContainerLimits(facts);
        return facts;
    }

    // Of some forty settings these are the ones that people change; a number that is 0 is not set.
    private static void AddCollectorSettings(List<(string, string)> facts)
    {
        var settings = GC.GetConfigurationVariables();
        foreach (var (setting, tag) in ((string, string)[])[
            ("ConcurrentGC", "concurrent"), ("HeapCount", "heap_count"), ("GCHeapHardLimit", "heap_hard_limit"), ("GCConserveMem", "conserve_memory")])
        {
            var value = settings.TryGetValue(setting, out var found) ? Convert.ToString(found, CultureInfo.InvariantCulture) : null;
            if (value is { Length: > 0 } and not "0") facts.Add(($"lifecycle.gc.{tag}", value.ToLowerInvariant()));
        }
    }

    private static string? CpuName()
    {
        if (OperatingSystem.IsWindows()) return Environment.GetEnvironmentVariable("PROCESSOR_IDENTIFIER");
        if (!OperatingSystem.IsLinux() || ReadOrNull("/proc/cpuinfo") is not { } text) return null;
        var line = text.Split('\n').FirstOrDefault(l => l.StartsWith("model name", StringComparison.Ordinal));
        return line?[(line.IndexOf(':', StringComparison.Ordinal) + 1)..].Trim();
    }

    // cgroup v2 first, then v1: "max" and v1's near-2^63 both mean no limit.
    private static void AddContainerLimits(List<(string, string)> facts)
    {
        var inContainer = File.Exists("/.dockerenv") || Environment.GetEnvironmentVariable("DOTNET_RUNNING_IN_CONTAINER") is not null
            || Environment.GetEnvironmentVariable("KUBERNETES_SERVICE_HOST") is not null;
        facts.Add(("lifecycle.container", inContainer ? "true" : "false"));
        var memory = ReadOrNull("/sys/fs/cgroup/memory.max") ?? ReadOrNull("/sys/fs/cgroup/memory/memory.limit_in_bytes");
        if (long.TryParse(memory?.Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out var bytes) && bytes < 1L << 60)
            facts.Add(("lifecycle.container.memory_limit_bytes", bytes.ToString(CultureInfo.InvariantCulture)));
        var cpu = ReadOrNull("/sys/fs/cgroup/cpu.max")?.Trim().Split(' ')
            ?? [ReadOrNull("/sys/fs/cgroup/cpu/cpu.cfs_quota_us")?.Trim() ?? "", ReadOrNull("/sys/fs/cgroup/cpu/cpu.cfs_period_us")?.Trim() ?? ""];
        if (cpu.Length == 2
            && double.TryParse(cpu[0], NumberStyles.None, CultureInfo.InvariantCulture, out var quota)
            && double.TryParse(cpu[1], NumberStyles.None, CultureInfo.InvariantCulture, out var period) && period > 0)
        {
            facts.Add(("lifecycle.container.cpu_limit", (quota / period).ToString("0.###", CultureInfo.InvariantCulture)));
        }
    }

    private static string? ReadOrNull(string path)
    {
        try
        {
            return File.ReadAllText(path);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
