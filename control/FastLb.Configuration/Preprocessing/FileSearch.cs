namespace FastLb.Configuration.Preprocessing;

/// <summary>Finds the files that a path with wildcards matches, folder by folder.</summary>
internal static class FileSearch
{
    /// <summary>The paths that match <paramref name="pattern"/>, in the order of their characters.</summary>
    /// <param name="files">Where to look.</param>
    /// <param name="directory">The folder that a relative pattern starts from; empty for the working directory.</param>
    /// <param name="pattern">A path without braces.</param>
    /// <returns>Null when more paths than may be included would have to be followed.</returns>
    public static List<string>? Find(IFileSource files, string directory, string pattern)
    {
        string[] parts = pattern.Split('/', StringSplitOptions.RemoveEmptyEntries);
        List<string> found = [pattern.StartsWith('/') ? "/" : directory];
        for (int i = 0; i < parts.Length && found.Count > 0; i++)
        {
            string part = parts[i];
            List<string> next = [];
            foreach (string folder in found)
            {
                if (FileNamePattern.HasWildcards(part))
                {
                    next.AddRange((files.List(folder) ?? []).Where(name => FileNamePattern.Matches(part, name)).Select(name => Path.Combine(folder, name)));
                }
                else
                {
                    // A folder without wildcards may be one that can be entered but not listed; whether it is there shows with what is looked for in it.
                    string name = FileNamePattern.Literal(part);
                    bool isLast = i == parts.Length - 1;
                    if (!isLast || files.Read(Path.Combine(folder, name)).Fault != FileFault.Missing) next.Add(Path.Combine(folder, name));
                }

                if (next.Count > ExpansionBudget.MaximumIncludes) return null;
            }

            found = next;
        }

        found.Sort(StringComparer.Ordinal);
        return found;
    }
}
