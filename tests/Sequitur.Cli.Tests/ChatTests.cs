using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Sequitur.Cli.Tests;

/// <summary><c>chat</c> with something piped in.</summary>
public sealed class ChatTests : IDisposable
{
    private const string Fence = "\"\"\"";

    private readonly Folder _folder = new();
    private readonly TinyModel _tiny = new();

    [Fact]
    public void Chat_Turns_AreThoseOfTheWholeConversation()
    {
        var chat = Real("Name a colour.\nAnd another one?\n", "--json");

        chat.Code.ShouldBe(0, chat.Error);
        var turns = Objects(chat);
        turns.Select(turn => turn.GetProperty("turn").GetInt32()).ShouldBe([1, 2]);
        turns.ShouldAllBe(turn => turn.GetProperty("schema").GetString() == "sequitur.chat" && turn.GetProperty("event").GetString() == "end");

        // The second prompt as SmolLM2's template writes it, with the first answer in it.
        var first = turns[0].GetProperty("text").GetString()!;
        var prompt = $"<|im_start|>system\nYou are a helpful assistant.<|im_end|>\n<|im_start|>user\nName a colour.<|im_end|>\n<|im_start|>assistant\n{first}<|im_end|>\n<|im_start|>user\nAnd another one?<|im_end|>\n<|im_start|>assistant\n";
        var ids = CliResult.Of("tokenize", "--special", "--ids", prompt, "--model", Repository.Model).Output.Split(' ');
        turns[1].GetProperty("prompt_tokens").GetInt32().ShouldBe(ids.Length);

        // The first answer is that of a run.
        var run = CliResult.Of("run", "Name a colour.", "--model", Repository.Model, "--compute", "f32", "--max-tokens", "6", "--json");
        Ids(turns[0]).ShouldBe(Ids(Objects(run).Single()));
    }

    [Fact]
    public void Chat_LineEndsOfWindowsAndAMark_ChangeNothing()
    {
        var unix = Real("Name a colour.\nAnd another one?\n");

        unix.Code.ShouldBe(0, unix.Error);
        unix.Error.ShouldBeEmpty();
        Real("\uFEFFName a colour.\r\nAnd another one?\r\n").ShouldBe(unix);
        Real("\n\n  \nName a colour.\n\nAnd another one?").ShouldBe(unix);
    }

    [Fact]
    public void Chat_MessageOfSeveralLines_IsOneMessage()
    {
        var joined = Real("one\\\ntwo\n/help\n", "--json");
        var block = Real($"{Fence}\none\ntwo\n{Fence}\n", "--json");

        Objects(joined).Count.ShouldBe(1);
        block.Output.ShouldBe(joined.Output);
        var run = CliResult.Of("run", "one\ntwo", "--model", Repository.Model, "--compute", "f32", "--max-tokens", "6", "--json");
        Ids(Objects(joined).Single()).ShouldBe(Ids(Objects(run).Single()));
        Objects(Real($"{Fence}\n/exit\n{Fence}\n", "--json")).Count.ShouldBe(1); // no command within a block
    }

    [Fact]
    public void Chat_ConversationThatDoesNotFit_IsKeptAndSaysTheCounts()
    {
        var chat = Tiny($"abc\n{new string('x', 70)}\n/save {_folder["c"]}\nde\n", "--max-tokens", "3", "--json");

        chat.Code.ShouldBe(0, chat.Error);
        var lines = Objects(chat);
        lines.Select(line => line.GetProperty("event").GetString()).ShouldBe(["end", "error", "end"]);
        lines[1].GetProperty("message").GetString()!.ShouldStartWith("with this message the conversation has 76 tokens, more than the context of 64; it stays as it was");
        chat.Error.Split('\n')[0].ShouldContain("/reset begins a new one, a larger --context holds more");
        Messages(_folder["c"]).Count.ShouldBe(2);
        lines[2].GetProperty("turn").GetInt32().ShouldBe(2);
    }

    [Fact]
    public void Chat_AnswerThatFillsTheContext_SaysThatItIsNotFinished() => Tiny("abc\n", "--context", "8").Error.ShouldStartWith("the answer is not finished: conversation (3) and answer (");

    [Fact]
    public void Chat_Reset_ForgetsWhatWasSaid()
    {
        var chat = Tiny("abc\n/reset\nabc\n", "--max-tokens", "2", "--json");

        var turns = Objects(chat);
        turns.Select(turn => turn.GetProperty("turn").GetInt32()).ShouldBe([1, 1]);
        turns[1].GetProperty("prompt_tokens").GetInt32().ShouldBe(turns[0].GetProperty("prompt_tokens").GetInt32());
        chat.Error.ShouldBe($"1 turn forgotten{Environment.NewLine}");
    }

    [Theory]
    [InlineData("/set temprature 1", "error: there is no setting 'temprature'; did you mean temperature? (/set lists all)")]
    [InlineData("/set temperature hot", "error: --temperature must be a number from 0, not 'hot'")]
    [InlineData("/set max-tokens 0", "error: --max-tokens must be a whole number from 1, not '0'")]
    [InlineData("/set seed -1", "error: --seed must be a whole number from 0, not '-1'")]
    [InlineData("/set raw 1", "error: there is no setting 'raw'")]
    [InlineData("/set samplers warm", "error: ")]
    [InlineData("/exi", "error: there is no command /exi; did you mean /exit?")]
    [InlineData("/why", "error: ")]
    [InlineData("/why 0", "error: there is no answer yet")]
    [InlineData("/why x", "error: N must be a whole number from 0, not 'x'")]
    [InlineData("/save", "error: /save needs a file")]
    [InlineData("/load", "error: /load needs a file")]
    [InlineData("/load no-such-file", "error: no-such-file does not exist")]
    public void Slash_WhatIsWrong_CostsALine(string line, string message)
    {
        var chat = Tiny($"{line}\nabc\n", "--max-tokens", "2", "--json");

        chat.Code.ShouldBe(0);
        chat.Error.ShouldStartWith(message);
        chat.Error.TrimEnd().Split('\n').Length.ShouldBe(1, chat.Error);
        Objects(chat).Count.ShouldBe(1); // the conversation goes on
    }

    [Fact]
    public void Set_Values_AreThoseOfTheNextAnswer()
    {
        var chat = Tiny("/set max-tokens 2\n/set seed 7\n/set temperature 0.5\n/set stop \" b\"\n/set stop --z\nabc\n/set max-tokens default\n/set temperature default\nabc\n/set stop\n", "--json", "--context", "12", "--max-tokens", "5");

        var turns = Objects(chat);
        turns[0].GetProperty("generated_tokens").GetInt32().ShouldBe(2);
        turns[0].GetProperty("seed").GetInt32().ShouldBe(7);
        turns[0].GetProperty("samplers")[0].GetString()!.ShouldContain("0.5");
        turns[1].GetProperty("limit").GetString().ShouldBe("context");
        turns[1].GetProperty("samplers")[0].GetString().ShouldBe("greedy");
        chat.Error.ShouldContain("\" b\", --z");
    }

    [Fact]
    public void System_Message_IsTheNextPrompts()
    {
        using var model = new TinyModel().With("tokenizer.chat_template", "{% for m in messages %}{{ m.content }}{% endfor %}");
        var chat = Chat(model.Write(), "abc\n/reset\n/system xy\nabc\n/reset\n/system \"\"\nabc\n/system\n/system default\n", "--max-tokens", "1", "--json", "--system", "x");

        Objects(chat).Select(turn => turn.GetProperty("prompt_tokens").GetInt32()).ShouldBe([4, 5, 3]);
        chat.Error.ShouldContain("system message: xy");
        chat.Error.ShouldContain("no system message");
    }

    [Theory]
    [InlineData(20)]
    [InlineData(80)]
    [InlineData(160)]
    public void Slash_Tables_FitTheTerminal(int width)
    {
        var chat = CliResult.On(width, "/help\n/set\n", null, "chat", "--model", _tiny.Write());

        chat.Code.ShouldBe(0, chat.Error);
        chat.Output.ShouldBeEmpty();
        foreach (var command in new[] { "/help", "/set", "/system", "/reset", "/save", "/load", "/stats", "/why", "/exit", "top-k", "stop" })
        {
            chat.Error.ShouldContain(command);
        }

        chat.Error.Split('\n').ShouldAllBe(line => line.Length <= width);
    }

    [Fact]
    public void Save_ThenLoad_GoesOnAsIfNothingHadBeen()
    {
        var path = _folder["talk.json"];
        var whole = Objects(Real("Name a colour.\nAnd another one?\n", "--json", "--seed", "3"));
        var saved = Real($"/system You are terse.\n/system default\nName a colour.\n/save {path}\n", "--seed", "3");
        saved.Error.ShouldContain($"saved to {path}: 1 turn");

        var file = JsonNode.Parse(File.ReadAllText(path))!;
        file["schema"]!.GetValue<string>().ShouldBe("sequitur.conversation");
        file["version"]!.GetValue<int>().ShouldBe(1);
        file["settings"]!["seed"]![0]!.GetValue<string>().ShouldBe("3");
        file["model"]!["sha256"]!.GetValue<string>().Length.ShouldBe(64);

        foreach (var chat in new[] { Real("And another one?\n", "--json", "--load", path), Real($"/load {path}\nAnd another one?\n", "--json") })
        {
            var turn = Objects(chat).Single();
            Ids(turn).ShouldBe(Ids(whole[1]));
            turn.GetProperty("seed").GetInt32().ShouldBe(3);
        }

        Objects(Real("And another one?\n", "--json", "--load", path, "--seed", "4")).Single().GetProperty("seed").GetInt32().ShouldBe(4);
        Directory.GetFiles(_folder.Path).ShouldBe([path]);
    }

    [Theory]
    [InlineData("not JSON", "cannot be read as a conversation")]
    [InlineData("[]", "cannot be read as a conversation")]
    [InlineData("null", "is no saved conversation")]
    [InlineData("{}", "is no saved conversation")]
    [InlineData("""{"schema":"sequitur.conversation","version":2,"messages":[]}""", "was saved by another version of the program (its format is 2, this one reads 1)")]
    [InlineData("""{"schema":"sequitur.conversation","version":1,"messages":[{"role":"user","content":"a"}]}""", "is damaged")]
    [InlineData("""{"schema":"sequitur.conversation","version":1,"messages":[null,null]}""", "is damaged")]
    [InlineData("""{"schema":"sequitur.conversation","version":1,"messages":[{"role":"assistant","content":"a"},{"role":"user","content":"b"}]}""", "is damaged")]
    [InlineData("""{"schema":"sequitur.conversation","version":1,"messages":null}""", "is damaged")]
    [InlineData("""{"schema":"sequitur.conversation","version":1,"settings":{"seed":[]},"messages":[]}""", "is damaged")]
    [InlineData("""{"schema":"sequitur.conversation","version":1,"settings":{"speed":["1"]},"messages":[]}""", "has a setting that is impossible: there is no setting 'speed'")]
    [InlineData("""{"schema":"sequitur.conversation","version":1,"settings":{"seed":["x"]},"messages":[]}""", "has a setting that is impossible: --seed must be")]
    public void Load_WhatIsNoConversation_IsRefusedAndTheOneThatIsThereKept(string text, string message)
    {
        var path = _folder["broken.json"];
        File.WriteAllText(path, text);
        var chat = Tiny($"abc\n/load {path}\nde\n", "--max-tokens", "1", "--json");

        chat.Code.ShouldBe(0);
        chat.Error.ShouldContain(message);
        chat.Error.TrimEnd().Split('\n').Length.ShouldBe(1, chat.Error);
        Objects(chat).Select(turn => turn.GetProperty("turn").GetInt32()).ShouldBe([1, 2]);
        CliResult.On(80, "abc\n", null, "chat", "--model", _tiny.Write(), "--load", path).ShouldFail(3, message);
    }

    [Fact]
    public void Save_OverWhatIsNoConversation_IsRefused()
    {
        var path = _folder["mine.txt"];
        File.WriteAllText(path, "mine");
        Tiny($"abc\n/save {path}\n/save {_folder["none"]}/x\n", "--max-tokens", "1").Error.ShouldContain("is there and is no saved conversation");

        File.ReadAllText(path).ShouldBe("mine");
        Directory.GetFiles(_folder.Path).ShouldBe([path]);
        Tiny($"abc\n/save {_folder["a"]}\nde\n/save {_folder["a"]}\n", "--max-tokens", "1").Error.ShouldContain("2 turns");
        Messages(_folder["a"]).Count.ShouldBe(4);
    }

    [Fact]
    public void Why_OfTheLastAnswer_NeedsNoState()
    {
        var chat = Real("Name a colour.\n/why 1 --quick --json\n/why 99\n/why 0 --quick --ablate 99.1\n", "--json", "--no-state");

        var lines = Objects(chat);
        lines.Select(line => line.GetProperty("schema").GetString()).ShouldBe(["sequitur.chat", "sequitur.why", "sequitur.why", "sequitur.why"]);
        lines[1].GetProperty("choice").GetProperty("token").GetProperty("id").GetInt32().ShouldBe(Ids(lines[0])[1]);
        chat.Error.ShouldContain("there is no token 99: the last run chose tokens 0 to 5");
        chat.Error.ShouldContain("layers.99.attn_heads");
    }

    [Fact]
    public void Chat_State_IsTheLastTurnAlone()
    {
        Tiny("abc\nde\n", "--max-tokens", "2", "--state", _folder["state"]).Code.ShouldBe(0);
        var kept = JsonDocument.Parse(File.ReadAllText(Path.Combine(_folder["state"], "last-run.json"))).RootElement;

        kept.GetProperty("Prompt").GetArrayLength().ShouldBeGreaterThan(2);
        Tiny("abc\n", "--max-tokens", "2", "--state", _folder["none"], "--no-state").Error.ShouldBeEmpty();
        Directory.Exists(_folder["none"]).ShouldBeFalse();
    }

    [Fact]
    public void Stats_OfEachAnswer_AreOnStandardError()
    {
        var chat = Tiny("abc\n/stats\n", "--max-tokens", "2", "--stats");

        chat.Error.Split('\n').Count(line => line.StartsWith("generation  2 tokens", StringComparison.Ordinal)).ShouldBe(2);
        chat.Error.ShouldContain("context     1 turn; 5 of 64 tokens in the last one");
        Objects(Tiny("abc\n", "--max-tokens", "2", "--stats", "--json")).Single().GetProperty("stats").GetProperty("load_seconds").GetDouble().ShouldBeGreaterThan(0);
    }

    [Fact]
    public void Chat_InputThatIsNotUtf8_IsInvalid()
    {
        var error = new StringWriter();
        CommandLine.Run(["chat", "--model", _tiny.Write()], new MemoryStream(), error, terminal: CliResult.Here, input: new MemoryStream([(byte)'a', 0xE9, (byte)'\n'])).ShouldBe(3);
        error.ToString().ShouldStartWith("error: standard input is not UTF-8");
    }

    [Fact]
    public void Chat_ModelWithoutATemplate_IsRefused()
    {
        using var model = new TinyModel().Without("tokenizer.chat_template");
        CliResult.On(80, "abc\n", null, "chat", "--model", model.Write()).ShouldFail(2, "run --raw");
    }

    [Fact]
    public void Chat_Signal_StopsTheAnswerAndNotTheProgram()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "signals are sent by kill");
        using var child = Child.Start([], "chat", "--model", Repository.Model, "--max-tokens", "4000");
        child.Input.Write("Tell me a long story.\n"u8);
        child.Input.Flush();
        child.Output.Read().ShouldBeGreaterThan(0);
        child.Signal("INT");

        var result = child.Finish("/set max-tokens 3\nAnd a short one.\n/exit\n"u8.ToArray());
        result.Code.ShouldBe(0, result.Error);
        result.Error.ShouldContain("stopped after ");
        result.Output.TrimEnd().ShouldContain('\n');
    }

    [Fact]
    public void Chat_TwoSignals_EndTheProgram()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "signals are sent by kill");
        using var child = Child.Start([], "chat", "--model", Repository.Model, "--max-tokens", "1");
        child.Input.Write("Tell me a long story.\n"u8);
        child.Input.Flush();
        child.Output.Read().ShouldBeGreaterThan(0);
        var output = child.Output.ReadToEndAsync(TestContext.Current.CancellationToken);
        child.SignalUntilTheEnd("INT");

        child.Wait(output).Code.ShouldBe(130);
    }

    public void Dispose()
    {
        _folder.Dispose();
        _tiny.Dispose();
    }

    private static CliResult Chat(string model, string input, params string[] options) => CliResult.On(80, input, null, ["chat", "--model", model, "--threads", "1", .. options]);

    private static CliResult Real(string input, params string[] options) => Chat(Repository.Model, input, ["--compute", "f32", "--max-tokens", "6", .. options]);

    private static List<JsonElement> Objects(CliResult result) => [.. result.Output.TrimEnd().Split('\n').Select(line => JsonDocument.Parse(line).RootElement)];

    private static int[] Ids(JsonElement turn) => [.. turn.GetProperty("ids").EnumerateArray().Select(id => id.GetInt32())];

    private static JsonArray Messages(string path) => JsonNode.Parse(File.ReadAllText(path, Encoding.UTF8))!["messages"]!.AsArray();

    // What is said before is part of the prompt.
    private CliResult Tiny(string input, params string[] options)
    {
        _tiny.With("tokenizer.chat_template", "{% for m in messages %}{{ m.content }}{% endfor %}");
        return Chat(_tiny.Write(), input, options);
    }
}
