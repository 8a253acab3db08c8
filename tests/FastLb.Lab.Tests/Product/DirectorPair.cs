using FastLb.Lab.Tests.Laboratory;

namespace FastLb.Lab.Tests.Product;

/// <summary>FastLb on both directors of a lab.</summary>
internal sealed class DirectorPair(Balancer master, Balancer backup) : IAsyncDisposable
{
    public Balancer Master => master;

    public Balancer Backup => backup;

    /// <summary>Starts both with the reference configurations and waits until the master, and it alone, has the virtual address.</summary>
    public static Task<DirectorPair> Start(ReferenceLab lab) =>
        Start(lab, Repository.MasterConfiguration, Repository.BackupConfiguration);

    public static async Task<DirectorPair> Start(ReferenceLab lab, string masterConfiguration, string backupConfiguration)
    {
        Balancer master = await Balancer.Start(lab.Master, masterConfiguration);
        try
        {
            DirectorPair pair = new(master, await Balancer.Start(lab.Backup, backupConfiguration));
            await lab.VirtualAddressMovesTo(lab.Master);
            return pair;
        }
        catch
        {
            await master.DisposeAsync();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await master.DisposeAsync();
        await backup.DisposeAsync();
    }
}
