using System.Text;
using System.Text.Json;
using Sequitur.Cli.Diagnosis;
using Sequitur.Cli.Output;
using Sequitur.Kernels;

namespace Sequitur.Cli.Tests;

public sealed class DoctorTests : IDisposable
{
    private readonly string _root = Directory.CreateTempSubdirectory("sequitur-").FullName;

    // A machine with nothing wrong.
    private Surroundings Fine => new()
    {
        System = new SystemFacts(_root),
        Variable = _ => null,
        Processors = 4,
        PhysicalBytes = 16_000_000_000,
        Detected = Tier.V256,
        Used = Tier.V256,
        InstructionSets = ["fma", "avx2"],
        IsServerGC = false,
        IsDebugBuild = false,
        Busy = 0.01,
        ModelBytes = 100_000_000,
        FileBytesPerSecond = 2e9,
    };

    public void Dispose() => Directory.Delete(_root, recursive: true);

    [Fact]
    public void Doctor_Json_HasMeasuredEverything()
    {
        var result = CliResult.Of("doctor", "--json", "--model", Repository.Model);

        result.Code.ShouldBe(0, result.Error);
        result.Error.ShouldBeEmpty();
        using var json = JsonDocument.Parse(result.Output);
        var root = json.RootElement;
        root.GetProperty("schema").GetString().ShouldBe("sequitur.doctor");
        root.GetProperty("version").GetInt32().ShouldBe(1);
        root.GetProperty("processor").GetProperty("name").GetString().ShouldBe(ProcessorFacts.Name);
        root.GetProperty("tiers").EnumerateArray().Count(tier => tier.GetProperty("reason").GetString()!.StartsWith("used", StringComparison.Ordinal)).ShouldBe(1);
        int[] threads = Environment.ProcessorCount > 1 ? [1, Environment.ProcessorCount] : [1];
        var peaks = root.GetProperty("peaks").EnumerateArray().ToList();
        static (string?, int) Who(JsonElement measured) => (measured.GetProperty("tier").GetString(), measured.GetProperty("threads").GetInt32());
        peaks.Select(Who).ShouldBe(threads.SelectMany(count => Processor.Available.Select(processor => ((string?)processor.Tier.ToString().ToLowerInvariant(), count))));
        peaks.ShouldAllBe(peak => peak.GetProperty("float32_operations_per_second").GetDouble() > 0 && peak.GetProperty("int8_operations_per_second").GetDouble() > 0);
        var reads = root.GetProperty("reads").EnumerateArray().Where(read => read.GetProperty("where").GetString() == "memory").ToList();
        reads.Select(Who).ShouldBe(peaks.Select(Who));
        root.GetProperty("bfloat16").GetProperty("operations_per_second").ValueKind.ShouldBe(JsonValueKind.Null);
        root.GetProperty("bfloat16").GetProperty("reason").GetString().ShouldNotBeNullOrEmpty();
        root.GetProperty("checks").EnumerateArray().Select(check => check.GetProperty("status").GetString()).ShouldAllBe(status => status == "ok" || status == "note" || status == "problem");

        // the roof is what it says: memory speed over bytes a token
        var model = root.GetProperty("model");
        var best = reads.Max(read => read.GetProperty("bytes_per_second").GetDouble());
        model.GetProperty("generation_tokens_per_second_at_most").GetDouble().ShouldBe(best / model.GetProperty("bytes_per_token").GetDouble(), 0.01);
    }

    [Fact]
    public void Doctor_ModelCost_IsThatOfItsWeights()
    {
        var result = CliResult.Of("doctor", "--json", "--model", Repository.Model);
        using var json = JsonDocument.Parse(result.Output);
        var model = json.RootElement.GetProperty("model");

        // SmolLM2-135M: 30 layers of width 576, 3 of 9 heads for keys and values, feed-forward 1,536, and a table of 49,152 that is the head too
        const double Layers = 30.0 * 576 * ((576 * 2) + (192 * 2) + (1536 * 3));
        model.GetProperty("operations_per_prompt_token").GetDouble().ShouldBe(2 * Layers);
        model.GetProperty("operations_per_token").GetDouble().ShouldBe(2 * (Layers + (576.0 * 49_152)));
        // Q4_1 has 20 bytes for 32 weights, Q8_0 (the table) 34; 61 norms of 576 floats
        model.GetProperty("bytes_per_token").GetDouble().ShouldBe((Layers * 20 / 32) + (576.0 * 49_152 * 34 / 32) + (61 * 576 * 4));
    }

    [Theory]
    [InlineData(20)]
    [InlineData(80)]
    [InlineData(160)]
    public void Doctor_Page_FitsTheTerminal(int width)
    {
        var output = new MemoryStream();
        CommandLine.Run(["doctor", "--model", Repository.Model], output, new StringWriter(), terminal: new TerminalFacts { Width = width }).ShouldBe(0);

        var page = Encoding.UTF8.GetString(output.ToArray());
        page.Split('\n').ShouldAllBe(line => line.Length <= width);
        foreach (var part in new[] { "This machine", "Measured", "Checks", "read memory", "read scalar", "bfloat16", "tokens/s", "processors" })
        {
            page.ShouldContain(part);
        }

        page.ShouldNotContain("\u001b");
    }

    [Fact]
    public void Doctor_NoModel_IsInvalid() => CliResult.Of("doctor", "--model", "nowhere.gguf").ShouldFail(3, "nowhere.gguf");

    [Fact]
    public void Doctor_Argument_IsUsage() => CliResult.Of("doctor", "now").ShouldFail(2, "now");

    [Fact]
    public void Checks_OfAFineMachine_AreOk() => Checks.Of(Fine).ShouldAllBe(check => check.Health == Health.Ok && check.Advice == null);

    public static TheoryData<string, string> Pitfalls => new()
    {
        { "vectors", "forced" }, { "vectors", "switched off" }, { "vectors", "none" }, { "instructions", "DOTNET_EnableAVX2=0" }, { "instructions", "COMPlus_EnableHWIntrinsic=0" },
        { "compiler", "DOTNET_TieredPGO=0" }, { "compiler", "DOTNET_ReadyToRun=0" }, { "build", "debug" }, { "collector", "server" }, { "processors", "limit" }, { "processors", "affinity" },
        { "processors", "one" }, { "threads", "shared cores" }, { "frequency", "powersave" }, { "load", "busy" }, { "memory", "too large" }, { "memory", "taken" }, { "memory", "half" },
        { "huge pages", "never" }, { "memory nodes", "two" }, { "model file", "slow" },
    };

    [Theory]
    [MemberData(nameof(Pitfalls))]
    public void Checks_OfAPitfall_SeeItAndNothingElse(string name, string pitfall)
    {
        var here = With(pitfall);

        var found = Checks.Of(here).Where(check => check.Health != Health.Ok).ToList();
        found.Select(check => check.Name).ShouldBe([name]);
        found[0].Advice.ShouldNotBeNull();
        found[0].Advice!.ShouldEndWith(".");
        found[0].Text.ShouldNotBeEmpty();
    }

    private Surroundings With(string pitfall)
    {
        if (pitfall.Contains('=', StringComparison.Ordinal))
        {
            var (name, value) = (pitfall.Split('=')[0], pitfall.Split('=')[1]);
            return Fine with { Variable = asked => asked == name ? value : null };
        }

        (string Path, string Text)[] files = pitfall switch
        {
            "limit" => [("sys/fs/cgroup/cpu.max", "150000 100000")],
            "affinity" => [("sys/devices/system/cpu/online", "0-7")],
            "shared cores" => [.. Enumerable.Range(0, 4).SelectMany(cpu => new[]
            {
                ($"sys/devices/system/cpu/cpu{cpu}/topology/core_id", $"{cpu % 2}"), ($"sys/devices/system/cpu/cpu{cpu}/topology/physical_package_id", "0"),
            })],
            "powersave" => [("sys/devices/system/cpu/cpu0/cpufreq/scaling_governor", "powersave")],
            "taken" => [("proc/meminfo", "MemAvailable: 50000 kB")],
            "never" => [("sys/kernel/mm/transparent_hugepage/enabled", "always madvise [never]")],
            "two" => [("sys/devices/system/node/online", "0-1")],
            _ => [],
        };
        foreach (var (path, text) in files)
        {
            Directory.CreateDirectory(Path.GetDirectoryName(Path.Combine(_root, path))!);
            File.WriteAllText(Path.Combine(_root, path), text + "\n");
        }

        return pitfall switch
        {
            "forced" => Fine with { Used = Tier.V128 },
            "switched off" => Fine with { InstructionSets = ["fma", "avx2", "avx512f", "avx512bw"] },
            "none" => Fine with { Used = Tier.Scalar, Detected = Tier.Scalar, InstructionSets = [] },
            "debug" => Fine with { IsDebugBuild = true },
            "server" => Fine with { IsServerGC = true },
            "one" => Fine with { Processors = 1 },
            "busy" => Fine with { Busy = 0.4 },
            "too large" => Fine with { ModelBytes = 20_000_000_000 },
            "half" => Fine with { ModelBytes = 9_000_000_000 },
            "slow" => Fine with { FileBytesPerSecond = 50e6 },
            _ => Fine,
        };
    }
}
