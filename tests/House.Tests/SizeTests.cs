namespace House.Tests;

/// <summary>Files, types and methods stay small.</summary>
public class SizeTests
{
    private const int MostFileLines = 600;
    private const int MostMethodLines = 60;

    [Fact]
    public void Files_AreAtMost_600Lines() =>
        Tree.CSharp().Select(file => (file.Path, Lines: file.Text.AsSpan().TrimEnd().Count('\n') + 1)).Where(file => file.Lines > MostFileLines)
            .Select(file => $"{file.Path}: {file.Lines} lines")
            .ShouldHold($"A file has at most {MostFileLines} lines.");

    [Fact]
    public void Types_OverAllTheirParts_AreAtMost600Lines() =>
        Tree.CSharp("src", "tests").SelectMany(file => Members.Of(file.Code).Where(member => member.IsType).Select(member => (file.Path, Member: member)))
            .GroupBy(part => (Project: string.Join('/', part.Path.Split('/').Take(2)), Name: TypeName(part.Member.Header)))
            .Select(type => (type.Key, Lines: type.Where(part => part.Member.Header.Contains("partial ", StringComparison.Ordinal)).Sum(part => part.Member.Lines)))
            .Where(type => type.Lines > MostFileLines)
            .Select(type => $"{type.Key.Project}: {type.Key.Name} has {type.Lines} lines over its parts")
            .ShouldHold($"A type has at most {MostFileLines} lines, over all its files.");

    [Fact]
    public void Methods_InSource_AreAtMost60Lines() =>
        Tree.CSharp("src").SelectMany(file => Members.Of(file.Code).Where(member => !member.IsType && member.Lines > MostMethodLines)
                .Select(member => $"{file.Path}:{member.FirstLine}: {member.Lines} lines"))
            .ShouldHold($"A method has at most {MostMethodLines} lines.");

    private static string TypeName(string header)
    {
        var words = header.Split([' ', '\n', '<', '(', ':', '{', ';'], StringSplitOptions.RemoveEmptyEntries);
        var keyword = Array.FindLastIndex(words, word => word is "class" or "struct" or "interface" or "record");
        return keyword >= 0 && keyword + 1 < words.Length ? words[keyword + 1] : header;
    }
}
