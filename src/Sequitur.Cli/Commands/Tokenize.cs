using System.CommandLine;
using System.Globalization;
using System.Text;
using Sequitur.Cli.Output;
using Sequitur.Engine;
using Sequitur.Engine.Loading;
using Sequitur.Tokenizers;

namespace Sequitur.Cli.Commands;

/// <summary><c>sequitur tokenize [TEXT]</c>: the tokens of a text, with their bytes; <c>--decode</c> goes the other way.</summary>
[Command("tokenize")]
public sealed class Tokenize : ICommand
{
    private const int LargestShownId = 32;

    private readonly Argument<string?> _text = new("TEXT") { Description = "The text; read from standard input if it is missing or -", Arity = ArgumentArity.ZeroOrOne };
    private readonly Option<string?> _model = Flags.Text<string?>("--model", "The model whose vocabulary is used; the embedded model by default", "a file or directory", "-m");
    private readonly Option<bool> _special = new("--special") { Description = "Read names of special tokens in the text as the tokens" };
    private readonly Option<bool> _chat = new("--chat") { Description = "The tokens that 'run' feeds: the text as a message, in the model's chat template" };
    private readonly Option<string?> _system = new("--system") { Description = "With --chat: the system message; the model's own by default" };
    private readonly Option<bool> _ids = new("--ids") { Description = "Print the ids only" };
    private readonly Option<string?> _decode = Flags.Text<string?>("--decode", "Print the text of these ids, which spaces or commas part; - reads them from standard input", "ids of tokens");
    private readonly Option<bool> _json = new("--json") { Description = "Write one JSON object instead of a table" };

    /// <inheritdoc/>
    public Command Create(CommandIo io)
    {
        var command = new Command("tokenize", "Show the tokens of a text") { _text, _model, _special, _chat, _system, _ids, _decode, _json };
        command.SetAction((parsed, cancellation) => Task.FromResult((int)Answer(parsed, io, cancellation)));
        return command;
    }

    private ExitCode Answer(ParseResult parsed, CommandIo io, CancellationToken cancellation)
    {
        Check(parsed);
        if (parsed.GetValue(_decode) is { } given)
        {
            var numbers = given == "-" ? StandardInput.ReadAll(io.Input, cancellation) : given;
            Decode(parsed, io, ModelText.Load(Model(parsed)).Tokenizer.Vocabulary, numbers);
            return ExitCode.Success;
        }

        var text = Text(parsed.GetValue(_text), io, cancellation);
        var model = ModelText.Load(Model(parsed));
        var tokens = new List<TokenSpan>();
        var utf8 = Encode(parsed, model, text, tokens);
        var report = new TokenReport(model.Tokenizer.Vocabulary, utf8, tokens);
        if (parsed.GetValue(_json))
        {
            report.WriteJson(io.Output, Model(parsed));
        }
        else if (parsed.GetValue(_ids))
        {
            io.Output.Write(Encoding.UTF8.GetBytes(string.Join(' ', tokens.Select(token => token.Id)) + "\n"));
        }
        else
        {
            report.WriteTable(new ResultWriter(io.Output), io.Terminal.Width);
        }

        return ExitCode.Success;
    }

    private void Check(ParseResult parsed)
    {
        if (parsed.GetValue(_decode) is not null && (parsed.GetValue(_text) is not null || parsed.GetValue(_chat) || parsed.GetValue(_special) || parsed.GetValue(_ids)))
        {
            throw new UsageException("--decode takes ids, and no text, --chat, --special or --ids beside them");
        }

        if (parsed.GetValue(_chat) && parsed.GetValue(_special))
        {
            throw new UsageException("--special has no effect with --chat: in a message, names of special tokens are always plain text");
        }

        if (parsed.GetValue(_system) is not null && !parsed.GetValue(_chat))
        {
            throw new UsageException("--system has no effect without --chat");
        }
    }

    private string Model(ParseResult parsed) => parsed.GetValue(_model) ?? EmbeddedModel.Path;

    private static string Text(string? given, CommandIo io, CancellationToken cancellation)
    {
        var text = given is not (null or "-") ? given : given == "-" || !io.Terminal.InputIsTerminal ? StandardInput.ReadAll(io.Input, cancellation) : "";
        return text.Length > 0 ? text : throw new UsageException("the text is empty: give it behind 'tokenize', or on standard input");
    }

    private byte[] Encode(ParseResult parsed, ModelText model, string text, List<TokenSpan> tokens)
    {
        if (parsed.GetValue(_chat))
        {
            return model.Encode(new TextRequest { Prompt = text, System = parsed.GetValue(_system) }, tokens);
        }

        var utf8 = Encoding.UTF8.GetBytes(text);
        model.Tokenizer.Encode(utf8, parsed.GetValue(_special) ? SpecialTokens.All : SpecialTokens.None, tokens);
        return utf8;
    }

    private void Decode(ParseResult parsed, CommandIo io, BpeVocabulary vocabulary, string given)
    {
        int[] ids = [.. given.Split((char[])[' ', ',', '\n', '\r', '\t', '[', ']'], StringSplitOptions.RemoveEmptyEntries).Select(word => Id(word, vocabulary))];
        var text = new MemoryStream();
        foreach (var id in ids)
        {
            text.Write(vocabulary.BytesOf(id));
        }

        if (parsed.GetValue(_json))
        {
            TokenReport.WriteDecoded(io.Output, Model(parsed), vocabulary, ids, text.ToArray());
            return;
        }

        text.WriteByte((byte)'\n');
        io.Output.Write(text.ToArray());
    }

    private static int Id(string word, BpeVocabulary vocabulary) =>
        int.TryParse(word, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var id) && (uint)id < (uint)vocabulary.Count
            ? id
            : throw new UsageException($"--decode: '{CellText.CutEnd(PrintableText.Of(word), LargestShownId)}' is no token id: they are whole numbers from 0 to {vocabulary.Count - 1}");
}
