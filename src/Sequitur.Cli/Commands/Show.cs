using System.CommandLine;
using Sequitur.Cli.ModelFiles;
using Sequitur.Cli.Output;

namespace Sequitur.Cli.Commands;

/// <summary><c>sequitur show [MODEL]</c>: what a model's files say, without reading its weights.</summary>
[Command("show")]
public sealed class Show : ICommand
{
    private readonly Argument<string?> _model = ModelArgument.Create();
    private readonly Option<bool> _tensors = new("--tensors") { Description = "List every tensor, instead of those of all layers in one row" };
    private readonly Option<int?> _context = Flags.Whole("--context", "Positions to count the memory for; by default the model's", 1, int.MaxValue);
    private readonly Option<bool> _json = new("--json") { Description = "Write one JSON object, with every tensor, instead of a page" };

    /// <inheritdoc/>
    public Command Create(CommandIo io)
    {
        var command = new Command("show", "Show what a model's files say: metadata, tensors, parameters by kind, memory at a context") { _model, _tensors, _context, _json };
        command.SetAction(parsed => (int)Answer(parsed, io));
        return command;
    }

    private ExitCode Answer(ParseResult parsed, CommandIo io)
    {
        var facts = ModelFacts.Read(parsed.GetValue(_model) ?? EmbeddedModel.Path);
        var report = new ShowReport(facts, ModelChecks.Of(facts, parsed.GetValue(_context)));
        if (parsed.GetValue(_json))
        {
            report.WriteJson(io.Output);
        }
        else
        {
            report.WritePage(new ResultWriter(io.Output), io.Terminal.Width, parsed.GetValue(_tensors));
        }

        return ExitCode.Success;
    }
}
