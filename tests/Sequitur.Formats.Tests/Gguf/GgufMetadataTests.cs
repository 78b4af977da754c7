using Sequitur.Formats.Gguf;

namespace Sequitur.Formats.Tests.Gguf;

public sealed class GgufMetadataTests : IDisposable
{
    private readonly GgufFile _scalars = GgufFile.Open(Path.Combine(Conformance.Own, "gguf", "valid", "scalars.gguf"));
    private readonly GgufFile _arrays = GgufFile.Open(Path.Combine(Conformance.Own, "gguf", "valid", "arrays.gguf"));

    public void Dispose()
    {
        _scalars.Dispose();
        _arrays.Dispose();
    }

    [Fact]
    public void GetUInt32_IntegerOfAnotherWidth_IsTakenWhereItFits()
    {
        _scalars.Metadata.GetUInt32("t.uint8.1").ShouldBe(255u);
        _scalars.Metadata.GetUInt32("t.int16.1").ShouldBe(32767u);
        _scalars.Metadata.GetInt64("t.int64.0").ShouldBe(long.MinValue);
        _scalars.Metadata.GetInt32("t.int32.0").ShouldBe(int.MinValue);
    }

    [Theory]
    [InlineData("t.int8.0")]
    [InlineData("t.uint64.1")]
    [InlineData("t.float32.2")]
    [InlineData("general.architecture")]
    [InlineData("no.such.key")]
    public void GetUInt32_WrongOrMissingValue_NamesKeyAndFile(string key)
    {
        var message = Should.Throw<InvalidModelException>(() => _scalars.Metadata.GetUInt32(key)).Message;

        message.ShouldContain(key);
        message.ShouldContain("scalars.gguf");
    }

    [Fact]
    public void TryGet_MissingKey_IsFalseAndWrongTypeThrows()
    {
        _scalars.Metadata.TryGetUInt32("no.such.key", out _).ShouldBeFalse();
        _scalars.Metadata.TryGetString("general.architecture", out var name).ShouldBeTrue();
        name.ShouldBe("test");
        Should.Throw<InvalidModelException>(() => _scalars.Metadata.TryGetBool("general.architecture", out _));
    }

    [Fact]
    public void GetArray_OfEachKind_IsTyped()
    {
        _arrays.Metadata.GetInt32Array("a.int16").ShouldBe([-32768, 32767, -2, -32768, 32767]);
        _arrays.Metadata.GetFloatArray("a.float32")[3].ShouldBe(-1.5f);
        _arrays.Metadata.GetStringArray("a.string")[0].ShouldBe("plain");
        Should.Throw<InvalidModelException>(() => _arrays.Metadata.GetInt32Array("a.uint64")).Message.ShouldContain("a.uint64");
        Should.Throw<InvalidModelException>(() => _arrays.Metadata.GetStrings("a.bool"));
    }

    [Fact]
    public void ToConfig_Metadata_GivesPlainValues()
    {
        var config = _arrays.Metadata.ToConfig(longest: 100);

        config.GetIntList("a.int16")[1].ShouldBe(32767);
        config.Has("a.big_string").ShouldBeFalse();
        config.GetString("general.architecture").ShouldBe("test");
    }
}
