using System.CommandLine;
using Sequitur.Engine;

namespace Sequitur.Cli;

/// <summary>Options about the model and what runs it: <c>--model</c>, <c>--context</c>, and those of <see cref="EngineFlags"/>.</summary>
internal sealed class ModelFlags
{
    private readonly Option<string?> _model = Flags.Text<string?>("--model", "A GGUF file, or a directory with one or with config.json, safetensors and tokenizer.json; the embedded model by default", "a file or directory", "-m");
    private readonly Option<int?> _context = Flags.Whole("--context", "Positions that prompt and answer may take; by default the model's", 1, int.MaxValue);
    private readonly EngineFlags _engine = new();

    public void AddTo(Command command)
    {
        command.Add(_model);
        command.Add(_context);
        _engine.AddTo(command);
    }

    /// <summary>Where the model is.</summary>
    public string Path(ParseResult parsed) => parsed.GetValue(_model) ?? EmbeddedModel.Path;

    /// <summary>How it runs.</summary>
    public EngineOptions Read(ParseResult parsed) => _engine.Read(parsed) with { Context = parsed.GetValue(_context) };
}
