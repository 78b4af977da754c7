using System.CommandLine;
using System.Globalization;
using Sequitur.Cli.Output;
using Sequitur.Cli.State;
using Sequitur.Cli.Why;

namespace Sequitur.Cli.Commands;

/// <summary><c>sequitur why N</c>: why the last run chose a token.</summary>
[Command("why")]
public sealed class Why : ICommand
{
    private readonly Argument<int> _index = new("N")
    {
        Description = "Number of the token in the answer, from 0",
        CustomParser = result =>
        {
            if (int.TryParse(result.Tokens[0].Value, NumberStyles.None, CultureInfo.InvariantCulture, out var number))
            {
                return number;
            }

            result.AddError($"N must be a whole number from 0, not '{result.Tokens[0].Value}'");
            return 0;
        },
    };

    private readonly Option<bool> _all = new("--all") { Description = "Make real passes without each token of the prompt, not only those with the largest gradients" };
    private readonly Option<bool> _quick = new("--quick") { Description = "Make no real passes: gradients only say what tokens matter" };
    private readonly Option<bool> _json = new("--json") { Description = "Write JSON objects, one a line, as they come" };
    private readonly StateFlags _state = new(keeps: false);
    private readonly EngineFlags _engine = new();
    private readonly InterventionFlags _interventions = new();

    /// <inheritdoc/>
    public Command Create(CommandIo io)
    {
        var command = Create(io, parsed => WhyRun.Open(LastRunOf(parsed, io), parsed.GetValue(_index), _engine.Read(parsed), _interventions.Read(parsed)));
        _state.AddTo(command);
        _engine.AddTo(command);
        return command;
    }

    /// <summary>The command within a program that has the model and the run at hand.</summary>
    /// <param name="io">What the command writes.</param>
    /// <param name="open">Opens the run at a token, with changes.</param>
    internal Command CreateWithin(CommandIo io, Func<int, IReadOnlyList<string>, WhyRun> open) =>
        Create(io, parsed => open(parsed.GetValue(_index), _interventions.Read(parsed)));

    private Command Create(CommandIo io, Func<ParseResult, WhyRun> open)
    {
        var command = new Command("why", "Show why the last run chose a token") { _index, _all, _quick, _json };
        _interventions.AddTo(command);
        command.SetAction((parsed, cancellation) => Task.FromResult((int)Answer(parsed, io, open, cancellation)));
        return command;
    }

    private LastRun LastRunOf(ParseResult parsed, CommandIo io) =>
        (_state.Read(parsed, io) ?? throw new UsageException("no folder keeps runs here: name one with --state")).Read();

    private ExitCode Answer(ParseResult parsed, CommandIo io, Func<ParseResult, WhyRun> open, CancellationToken cancellation)
    {
        if (parsed.GetValue(_all) && parsed.GetValue(_quick))
        {
            throw new UsageException("--all makes real passes and --quick makes none: choose one");
        }

        using var run = open(parsed);
        IWhyReport report = parsed.GetValue(_json)
            ? new WhyJson(io.Output, run.Names)
            : new WhyPage(new ResultWriter(io.Output), io.Terminal.Width, run.Names);
        report.Choice(run.Answer(cancellation));
        var importance = run.Importance();
        var passes = parsed.GetValue(_quick) ? [] : importance.Chosen(parsed.GetValue(_all));
        report.Gradients(importance, passes, parsed.GetValue(_all) ? importance.Estimate(passes.Count) : null);
        foreach (var position in passes)
        {
            cancellation.ThrowIfCancellationRequested();
            report.Pass(importance.At(position, cancellation));
        }

        report.End();
        return ExitCode.Success;
    }
}
