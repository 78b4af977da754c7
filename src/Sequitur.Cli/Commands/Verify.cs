using System.CommandLine;
using Sequitur.Cli.ModelFiles;
using Sequitur.Cli.Output;

namespace Sequitur.Cli.Commands;

/// <summary><c>sequitur verify [MODEL]</c>: whether a model's files are whole and are what they should be.</summary>
[Command("verify")]
public sealed class Verify : ICommand
{
    private const string Schema = "sequitur.verify";
    private const int Version = 1;

    private readonly Argument<string?> _model = ModelArgument.Create();
    private readonly Option<string?> _sha256 = Flags.Text<string?>("--sha256", "The SHA-256 that the file must have; by default what the manifest or the Hugging Face cache says", "64 hexadecimal digits");
    private readonly Option<bool> _values = new("--values") { Description = "Decode every number too, and count those that are not finite" };
    private readonly Option<bool> _json = new("--json") { Description = "Write one JSON object instead of a line for each check" };

    /// <inheritdoc/>
    public Command Create(CommandIo io)
    {
        var command = new Command("verify", "Check a model's files: structure, names and shapes, vocabulary, hashes, numbers") { _model, _sha256, _values, _json };
        command.SetAction((parsed, cancellation) => Task.FromResult((int)Answer(parsed, io, cancellation)));
        return command;
    }

    private ExitCode Answer(ParseResult parsed, CommandIo io, CancellationToken cancellation)
    {
        var (path, sha256) = (parsed.GetValue(_model) ?? EmbeddedModel.Path, parsed.GetValue(_sha256));
        if (sha256 is not null && !FileHash.IsSha256(sha256))
        {
            throw new UsageException($"--sha256 must be 64 hexadecimal digits, not '{PrintableText.Of(sha256)}'");
        }

        var checks = new Verification(io, path) { Sha256 = sha256, Values = parsed.GetValue(_values) }.Run(cancellation).ToList();
        if (parsed.GetValue(_json))
        {
            WriteJson(io.Output, path, checks);
        }
        else
        {
            var table = new TextTable(new TableColumn(""), new("", Overflow: Overflow.CutEnd), new("", Overflow: Overflow.Fold)) { HasTitles = false };
            checks.ForEach(check => table.Add(Word(check.State), PrintableText.Of(check.Name), PrintableText.Of(check.Detail)));
            table.WriteTo(new ResultWriter(io.Output), io.Terminal.Width);
        }

        return checks.Exists(check => check.State == CheckState.Failed) ? ExitCode.InvalidModel : ExitCode.Success;
    }

    private static void WriteJson(ResultStream output, string path, List<ModelCheck> checks)
    {
        var line = new JsonLine(Schema, Version);
        var json = line.Json;
        json.WriteString("path", path);
        json.WriteBoolean("ok", !checks.Exists(check => check.State == CheckState.Failed));
        json.WriteStartArray("checks");
        foreach (var check in checks)
        {
            json.WriteStartObject();
            json.WriteString("name", check.Name);
            json.WriteString("state", Word(check.State));
            json.WriteString("detail", check.Detail);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        line.WriteTo(output);
    }

    private static string Word(CheckState state) => state switch { CheckState.Ok => "ok", CheckState.Failed => "failed", _ => "skipped" };
}
