using Sequitur.Quantization.Random;

namespace Sequitur.Quantization.Tests;

/// <summary>Types of the matrices of models of these shapes, as llama.cpp's quantizer chooses them.</summary>
public sealed class MixtureTests
{
    private static readonly Dictionary<string, char> Letters = new() { ["Q4_K"] = '4', ["Q5_K"] = '5', ["Q6_K"] = '6', ["Q8_0"] = '8', ["Q5_0"] = 'a', ["Q5_1"] = 'b' };

    // A letter for each layer, or one for all.
    [Theory]
    [InlineData("Q4_K_M", 13, 256, 2, 512, 0, true, "attn_k 4 attn_output 4 attn_q 4 attn_v 6446446446466 ffn_down 6446446446466 ffn_gate 4 ffn_up 4 token_embd 6")]
    [InlineData("Q5_K_M", 13, 256, 2, 512, 0, true, "attn_k 5 attn_output 5 attn_q 5 attn_v 6556556556566 ffn_down 6556556556566 ffn_gate 5 ffn_up 5 token_embd 6")]
    [InlineData("Q4_K_M", 16, 256, 1, 512, 0, false, "attn_k 4 attn_output 4 attn_q 4 attn_v 6644644644644666 ffn_down 6644644644644666 ffn_gate 4 ffn_up 4 output 6 token_embd 4")]
    [InlineData("Q4_K_M", 9, 256, 2, 256, 8, false, "attn_k 8 attn_output 5 attn_q 4 attn_v 8 ffn_down_exps 644644666 ffn_gate_exps 4 ffn_up_exps 4 output 6 token_embd 4")]
    [InlineData("Q5_K_M", 9, 256, 2, 256, 8, false, "attn_k 8 attn_output 5 attn_q 5 attn_v 8 ffn_down_exps 655655666 ffn_gate_exps 5 ffn_up_exps 5 output 6 token_embd 5")]
    [InlineData("Q4_K_M", 11, 256, 4, 256, 4, true, "attn_k 4 attn_output 4 attn_q 4 attn_v 64464464466 ffn_down_exps 64464464466 ffn_gate_exps 4 ffn_up_exps 4 token_embd 6")]
    [InlineData("Q4_K_M", 80, 256, 2, 256, 0, true, "attn_k 4 attn_output 4 attn_q 4 attn_v 66666666665565565565565565565565565565565565565565565565565565565565566666666666 ffn_down 66666666664464464464464464464464464464464464464464464464464464464464466666666666 ffn_gate 4 ffn_up 4 token_embd 6")]
    [InlineData("Q4_K_M", 80, 256, 4, 256, 0, true, "attn_k 4 attn_output 4 attn_q 4 attn_v 66666666664464464464464464464464464464464464464464464464464464464464466666666666 ffn_down 66666666664464464464464464464464464464464464464464464464464464464464466666666666 ffn_gate 4 ffn_up 4 token_embd 6")]
    [InlineData("Q4_K_M", 30, 288, 2, 768, 0, true, "attn_k a attn_output a attn_q a attn_v 888aa8aa8aa8aa8aa8aa8aa8aa8888 ffn_down 666446446446446446446446446666 ffn_gate a ffn_up a token_embd 8")]
    [InlineData("Q5_K_M", 30, 288, 2, 768, 0, true, "attn_k b attn_output b attn_q b attn_v 888bb8bb8bb8bb8bb8bb8bb8bb8888 ffn_down 666556556556556556556556556666 ffn_gate b ffn_up b token_embd 8")]
    [InlineData("Q6_K", 30, 288, 2, 768, 0, true, "attn_k 8 attn_output 8 attn_q 8 attn_v 8 ffn_down 6 ffn_gate 8 ffn_up 8 token_embd 8")]
    [InlineData("Q4_K_M", 5, 256, 2, 288, 0, false, "attn_k 4 attn_output 4 attn_q 4 attn_v 44646 ffn_down aa8a8 ffn_gate 4 ffn_up 4 output 6 token_embd 4")]
    [InlineData("Q5_K_M", 5, 256, 2, 288, 0, false, "attn_k 5 attn_output 5 attn_q 5 attn_v 55656 ffn_down bb8b8 ffn_gate 5 ffn_up 5 output 6 token_embd 5")]
    public void Types_OfAShape_AreLlamaCpps(string target, int layers, int width, int keyValueHeads, int feedForward, int experts, bool tied, string expected)
    {
        var shape = new ModelShape
        {
            Layers = layers, Width = width, Heads = 4, KeyValueHeads = keyValueHeads, FeedForward = feedForward, Vocabulary = 64, Tied = tied, Experts = experts, ExpertsUsed = experts > 0 ? 2 : 0,
        };
        using var source = RandomModel.Create(shape, 0);
        var types = new Conversion(source, TargetFormats.Find(target)).Tensors.Where(tensor => Letters.ContainsKey(tensor.Type))
            .Select(tensor => (Name: tensor.Tensor.Name.Replace(".weight", "", StringComparison.Ordinal), tensor.Type))
            .GroupBy(tensor => tensor.Name.StartsWith("blk.", StringComparison.Ordinal) ? tensor.Name.Split('.')[2] : tensor.Name)
            .OrderBy(kind => kind.Key, StringComparer.Ordinal)
            .Select(kind => (kind.Key, Letters: string.Concat(kind.Select(tensor => Letters[tensor.Type]))))
            .Select(kind => $"{kind.Key} {(kind.Letters.Distinct().Count() == 1 ? kind.Letters[..1] : kind.Letters)}");

        string.Join(' ', types).ShouldBe(expected);
    }
}
