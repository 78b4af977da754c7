namespace Sequitur.Bench;

/// <summary>Where the bench keeps what it makes or installs once.</summary>
internal static class CacheFolder
{
    /// <summary>The folder: <c>sequitur</c> in the user's cache folder, by the XDG base directory specification.</summary>
    public static string Path
    {
        get
        {
            var cache = Environment.GetEnvironmentVariable("XDG_CACHE_HOME") is { Length: > 0 } given ? given
                : Environment.GetFolderPath(Environment.SpecialFolder.UserProfile) is { Length: > 0 } home ? System.IO.Path.Combine(home, ".cache")
                : System.IO.Path.GetTempPath();
            return System.IO.Path.Combine(cache, "sequitur");
        }
    }
}
