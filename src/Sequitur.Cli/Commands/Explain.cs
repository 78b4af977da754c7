using System.CommandLine;
using System.Xml;
using System.Xml.Linq;
using Sequitur.Cli.Explain;
using Sequitur.Cli.Output;
using Sequitur.Cli.State;
using Sequitur.Engine;
using Sequitur.Engine.Loading;
using Sequitur.Insight;
using Sequitur.Kernels;

namespace Sequitur.Cli.Commands;

/// <summary><c>sequitur explain PROMPT</c>: a run from text to text, each stage with what went in and came out.</summary>
[Command("explain")]
public sealed class ExplainCommand : ICommand
{
    private const int UsualTokens = 8;
    private const int PageLensPositions = 12;
    private const int TerminalLensPositions = 16;
    private const int PagePatternPositions = 24;

    private readonly Argument<string?> _prompt = new("PROMPT") { Description = "The question; read from standard input if it is missing or -", Arity = ArgumentArity.ZeroOrOne };
    private readonly Option<int?> _layer = Flags.Whole("--layer", "List the heads of a layer, and draw the attention of the one that did most", 0, int.MaxValue);
    private readonly Option<int?> _head = Flags.Whole("--head", "With --layer: draw the attention of this head", 0, int.MaxValue);
    private readonly Option<bool> _heads = new("--heads") { Description = "List the heads of all layers" };
    private readonly Option<bool> _lens = new("--lens") { Description = "Show the logit lens at every token, not the last one only" };
    private readonly Option<string?> _html = Flags.Text<string?>("--html", "Write the explanation as a page of its own, without anything to load, instead of printing it", "a file");
    private readonly Option<bool> _json = new("--json") { Description = "Write one JSON object with all of it instead" };
    private readonly Option<string?> _svg = Flags.Text<string?>("--svg", "Write what would be printed as a picture of a terminal instead", "a file");
    private readonly RequestFlags _request = new();
    private readonly ModelFlags _model = new();
    private readonly StateFlags _state = new(keeps: true);
    private readonly InterventionFlags _interventions = new();

    /// <inheritdoc/>
    public Command Create(CommandIo io)
    {
        var command = new Command("explain", "Show how a model goes from a prompt to its answer, stage by stage") { _prompt, _layer, _head, _heads, _lens, _html, _svg, _json };
        _model.AddTo(command);
        _request.AddTo(command);
        _state.AddTo(command);
        _interventions.AddTo(command);
        command.SetAction((parsed, cancellation) => Task.FromResult((int)Answer(parsed, io, cancellation)));
        return command;
    }

    private ExitCode Answer(ParseResult parsed, CommandIo io, CancellationToken cancellation)
    {
        Check(parsed);
        var prompt = RequestFlags.Prompt(parsed.GetValue(_prompt), "explain", io, cancellation);
        var request = _request.Read(parsed, prompt);
        var (path, options) = (_model.Path(parsed), _model.Read(parsed));
        using var model = TextModel.Load(path);
        using var engine = new TextEngine(model, options);
        cancellation.ThrowIfCancellationRequested();
        request = request with { MaxTokens = request.MaxTokens ?? UsualTokens };
        var changes = _interventions.Read(parsed);
        var before = changes.Count == 0 ? null : UnchangedAnswer.Of(engine, ref request, changes, cancellation);
        var explanation = ExplanationBuilder.Build(engine, request, Options(parsed), cancellation);
        Write(parsed, new ExplainText(explanation, model.Tokenizer.Vocabulary) { Changes = before?.Against(explanation.Run, model.Tokenizer.Vocabulary) }, io);
        _state.Read(parsed, io)?.Keep(LastRun.Of(path, options, explanation.Run, changes), io.Error);
        return ExitCode.Success;
    }

    private void Check(ParseResult parsed)
    {
        if (parsed.GetValue(_head) is not null && parsed.GetValue(_layer) is null)
        {
            throw new UsageException("--head is of a layer: say which with --layer");
        }

        var ways = new (Option Option, bool IsAsked)[] { (_html, parsed.GetValue(_html) is not null), (_svg, parsed.GetValue(_svg) is not null), (_json, parsed.GetValue(_json)) };
        if (ways.Count(way => way.IsAsked) > 1)
        {
            throw new UsageException($"{string.Join(" and ", ways.Where(way => way.IsAsked).Select(way => way.Option.Name))} write the same in different ways: choose one");
        }

        foreach (var (option, file) in new[] { (_html, parsed.GetValue(_html)), (_svg, parsed.GetValue(_svg)) })
        {
            if (Directory.Exists(file))
            {
                throw new UsageException($"{option.Name} {file} is a directory: name a file");
            }
        }
    }

    private ExplanationOptions Options(ParseResult parsed)
    {
        var isPage = parsed.GetValue(_html) is not null;
        return new()
        {
            Layer = parsed.GetValue(_layer),
            Head = isPage ? null : parsed.GetValue(_head),
            LensPositions = isPage ? PageLensPositions : parsed.GetValue(_lens) ? TerminalLensPositions : 0,
            PatternPositions = isPage ? PagePatternPositions : new ExplanationOptions().PatternPositions,
        };
    }

    private void Write(ParseResult parsed, ExplainText text, CommandIo io)
    {
        if (parsed.GetValue(_json))
        {
            new ExplanationJson(text, _model.Path(parsed)).WriteTo(io.Output);
            return;
        }

        if (parsed.GetValue(_html) is { } file)
        {
            AtomicFile.Write(file, new HtmlReport(text, parsed.GetValue(_head)).WriteTo);
            io.Error.WriteLine($"wrote {file}");
            return;
        }

        var sheet = new Sheet(io.Terminal.Width);
        new TerminalReport(text, sheet, new(parsed.GetValue(_layer), parsed.GetValue(_head), parsed.GetValue(_heads))).Write();
        if (parsed.GetValue(_svg) is { } picture)
        {
            AtomicFile.Write(picture, stream => Save(SheetPicture.Draw(sheet, CommandOf(parsed)), stream));
            io.Error.WriteLine($"wrote {picture}");
            return;
        }

        SheetPrinter.Print(sheet, io.Page(parsed));
    }

    // The command without where its picture goes, and what is kept of it.
    private string CommandOf(ParseResult parsed)
    {
        string[] words = [.. parsed.Tokens.Select(token => token.Value)];
        var place = Array.IndexOf(words, _svg.Name);
        return string.Join(' ', words.Where((word, i) => i != place && i != place + 1 && word != "--no-state").Select(word => PrintableText.Of(word.Contains(' ', StringComparison.Ordinal) ? $"\"{word}\"" : word)).Prepend("sequitur"));
    }

    private static void Save(XElement picture, Stream stream)
    {
        using var writer = XmlWriter.Create(stream, new XmlWriterSettings { OmitXmlDeclaration = true, Indent = false });
        picture.Save(writer);
    }
}
