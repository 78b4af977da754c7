namespace Sequitur.Formats.Gguf;

/// <summary>A tensor that is to be written.</summary>
/// <param name="Name">Its name: UTF-8 of 1 to 63 bytes.</param>
/// <param name="Type">ggml's name of the format: <c>F32</c>, <c>Q4_1</c> ….</param>
/// <param name="Shape">Sizes, outermost first, as in <see cref="Tensors.Weights.StoredTensor.Shape"/>: at most four.</param>
/// <param name="Write">Writes exactly the tensor's bytes; called once, after the tensors before it.</param>
public sealed record GgufTensor(string Name, string Type, IReadOnlyList<long> Shape, Action<Stream> Write);
