using FastLb.Configuration.Preprocessing;

namespace FastLb.Fuzzing;

/// <summary>The files that texts under test may include: the corpus and the text itself, so that they include each other.</summary>
internal sealed class CorpusFiles(IReadOnlyList<string> corpus) : IFileSource
{
    private static readonly string[] Names = ["a.conf", "b.conf", "c.conf"];

    public FileContent Read(string path)
    {
        string name = Path.GetFileName(path);
        int number = Array.IndexOf(Names, name);
        if (number >= 0) return FileContent.Of(corpus[number % corpus.Count]);
        return name.Length % 2 == 0 ? new FileContent(null, FileFault.Missing, "there is no such file") : new FileContent(null, FileFault.Unreadable, "permission denied");
    }

    public IReadOnlyList<string>? List(string directory) => directory.Length > 20 ? null : Names;
}
