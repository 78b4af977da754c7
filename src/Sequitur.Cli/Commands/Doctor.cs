using System.CommandLine;
using Sequitur.Cli.Diagnosis;
using Sequitur.Cli.Output;
using Sequitur.Engine;
using Sequitur.Engine.Loading;

namespace Sequitur.Cli.Commands;

/// <summary><c>sequitur doctor</c>: what this machine reaches, what will run how fast, and what slows it down.</summary>
[Command("doctor")]
public sealed class Doctor : ICommand
{
    // Of each figure; there are some thirty, and the whole shall take seconds.
    private const double Seconds = 0.08;
    private const int MillisecondsOfRest = 300;

    private readonly Option<string?> _model = Flags.Text<string?>("--model", "The model whose speed is estimated; the embedded one by default", "a file or directory", "-m");
    private readonly Option<bool> _json = new("--json") { Description = "Print one JSON object" };

    /// <inheritdoc/>
    public Command Create(CommandIo io)
    {
        var command = new Command("doctor", "Measure this machine, and look for what slows the engine down") { _model, _json };
        command.SetAction((parsed, cancellation) => Task.FromResult((int)Examine(parsed, io, cancellation)));
        return command;
    }

    private ExitCode Examine(ParseResult parsed, CommandIo io, CancellationToken cancellation)
    {
        var path = parsed.GetValue(_model) ?? (Directory.Exists(EmbeddedModel.Path) ? EmbeddedModel.Path : null);
        var (model, file) = path is null ? (null, null) : CostOf(path);
        var here = new Surroundings { ModelBytes = model?.Bytes };
        var before = here.System.Ticks;
        cancellation.WaitHandle.WaitOne(MillisecondsOfRest);
        here = here with { Busy = here.System.BusySince(before), FileBytesPerSecond = file is null ? null : Roofs.FileBytesPerSecond(file) };
        var report = new DoctorReport(here, Roofs.Measure(here.System, here.MemoryBytes, Seconds, cancellation), model, Checks.Of(here));
        if (parsed.GetValue(_json))
        {
            report.WriteJson(io.Output);
        }
        else
        {
            report.WritePage(io.Page(parsed));
        }

        return ExitCode.Success;
    }

    private static (ModelCost Cost, string? File) CostOf(string path)
    {
        using var loaded = ModelLoader.Load(path);
        var files = Directory.Exists(path) ? Directory.EnumerateFiles(path).Where(name => Path.GetExtension(name) is ".gguf" or ".safetensors").MaxBy(name => new FileInfo(name).Length) : path;
        return (new(path, loaded.Model.Parameters.Sum(parameter => parameter.Weight.Bytes), TokenCost.Of(loaded.Model)), files);
    }
}
