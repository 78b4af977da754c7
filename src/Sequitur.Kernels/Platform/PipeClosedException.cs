namespace Sequitur.Kernels;

/// <summary>Whoever read what is written has gone; there is nobody to write for.</summary>
public sealed class PipeClosedException() : IOException("the reader of the pipe has gone");
