using System.Text;
using Sequitur.Formats.HuggingFace;
using Sequitur.Tensors.Weights;

namespace Sequitur.Formats.Tests.HuggingFace;

public class RopeParametersTests
{
    private const string Layered = """
        {"rope_parameters": {"sliding_attention": {"rope_type": "default", "rope_theta": 20.0},
                             "full_attention": {"rope_type": "proportional", "partial_rotary_factor": 0.5, "rope_theta": 1000.0}}}
        """;

    private static RopeParameters Rope(string json, string? layerType = null) =>
        HuggingFaceConfig.Parse(Encoding.UTF8.GetBytes(json), "config.json").GetRope(10000, layerType);

    [Theory]
    [InlineData("""{}""", "default", 10000)]
    [InlineData("""{"rope_theta": 500.0, "rope_scaling": null}""", "default", 500)]
    [InlineData("""{"rope_theta": 500.0, "rope_scaling": {"type": "linear", "factor": 2.5}}""", "linear", 500)]
    [InlineData("""{"rope_theta": 500.0, "rope_scaling": {"rope_type": "dynamic", "type": "old", "factor": 2.5}}""", "dynamic", 500)]
    [InlineData("""{"rope_parameters": {"rope_type": "yarn", "rope_theta": 50.0, "factor": 2.5}}""", "yarn", 50)]
    [InlineData("""{"rope_parameters": {"rope_theta": 50.0}, "rope_scaling": null}""", "default", 50)]
    public void GetRope_EitherStyle_IsTheSame(string json, string type, double theta)
    {
        var rope = Rope(json);

        rope.Type.ShouldBe(type);
        rope.Theta.ShouldBe(theta);
        if (type != "default")
        {
            rope.Factor.ShouldBe(2.5);
        }
    }

    [Fact]
    public void GetRope_ValuesOfTheModel_StandInForMissingOnes()
    {
        var rope = Rope("""{"partial_rotary_factor": 0.25, "original_max_position_embeddings": 64, "rope_scaling": {"type": "longrope", "short_factor": [1.0, 2]}}""");

        rope.Values.GetFloat("partial_rotary_factor").ShouldBe(0.25);
        rope.Values.GetInt("original_max_position_embeddings").ShouldBe(64);
        rope.Values.GetFloatList("short_factor").ShouldBe([1, 2]);
        Should.Throw<InvalidModelException>(() => rope.Factor).Message.ShouldBe("factor is missing in config.json: rope_scaling");
    }

    [Fact]
    public void GetRope_PerTypeOfLayer_ChoosesByType()
    {
        Rope(Layered, "sliding_attention").Theta.ShouldBe(20);
        Rope(Layered, "full_attention").Type.ShouldBe("proportional");
        Should.Throw<InvalidModelException>(() => Rope(Layered)).Message.ShouldContain("per type of layer");
        Should.Throw<InvalidModelException>(() => Rope(Layered, "chunked_attention")).Message.ShouldContain("chunked_attention");
        Rope("""{"rope_theta": 3.0}""", "full_attention").Theta.ShouldBe(3);
    }

    [Fact]
    public void GetRope_ScalingThatIsNoObject_IsRefused()
    {
        Should.Throw<InvalidModelException>(() => Rope("""{"rope_scaling": "linear"}""")).Message.ShouldContain("rope_scaling");
    }
}
