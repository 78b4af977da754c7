namespace Sequitur.Kernels;

/// <summary>The operating system that this process runs on.</summary>
public static class Platform
{
    private static long? _memoryBytes;

    /// <summary>The system's services, chosen once.</summary>
    /// <exception cref="PlatformNotSupportedException">The system is none of Linux, macOS and Windows.</exception>
    public static IPlatform Current { get; } = Choose();

    /// <summary>Bytes of memory that this process may come to use: the machine's, or what its control group allows.</summary>
    public static long MemoryBytes => _memoryBytes ??= Math.Min(Current.PhysicalBytes(), new SystemFacts().MemoryLimit ?? long.MaxValue);

    private static IPlatform Choose()
    {
        if (OperatingSystem.IsLinux() || OperatingSystem.IsAndroid())
        {
            return new Linux();
        }

        if (OperatingSystem.IsMacOS())
        {
            return new MacOS();
        }

        return OperatingSystem.IsWindows()
            ? new Windows()
            : throw new PlatformNotSupportedException("memory mapping is written for Linux, macOS and Windows");
    }
}
