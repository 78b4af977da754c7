using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Sequitur.Kernels.Numerics;

namespace Sequitur.Kernels.Tests.Tails;

/// <summary>The bits of the functions of single numbers, over arguments of all magnitudes.</summary>
internal static class FunctionDigest
{
    private static readonly Func<double, double>[] Doubles = [Scalar.ExpDouble, Scalar.LogDouble, x => Scalar.Pow(Math.Abs(x), 1.7), x => Scalar.Pow(1.5, x)];

    private static readonly Func<float, float>[] Floats =
    [
        Scalar.Exp, Scalar.Log, Scalar.Tanh, Scalar.Erf, Scalar.Sigmoid,
        x => Turn(x).Sin,
        x => Turn(x).Cos,
        x => Philox.Uniform(BitConverter.SingleToUInt32Bits(x), 1, 2, default),
    ];

    public static string Of()
    {
        var numbers = new List<double>();
        for (var bits = 0ul; bits < 1ul << 32; bits += 1_000_003)
        {
            var x = BitConverter.UInt32BitsToSingle((uint)bits);
            numbers.AddRange(Floats.Select(function => (double)function(x)));
            numbers.AddRange(Doubles.Select(function => function(x)));
        }

        return Convert.ToHexString(SHA256.HashData(MemoryMarshal.AsBytes<double>(numbers.Select(y => double.IsNaN(y) ? double.NaN : y).ToArray())));
    }

    private static (float Sin, float Cos) Turn(float angle)
    {
        Scalar.SinCos(angle, out var sin, out var cos);
        return (sin, cos);
    }
}
