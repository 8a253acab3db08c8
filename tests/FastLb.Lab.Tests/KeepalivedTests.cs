using FastLb.Lab.Tests.Laboratory;
using Xunit;

namespace FastLb.Lab.Tests;

/// <summary>keepalived on both directors: the behaviour that FastLb takes over, in the same lab and watched by the same means.</summary>
public sealed class KeepalivedTests
{
    [Fact]
    public async Task Virtual_address_follows_an_orderly_stop_a_return_and_a_power_off()
    {
        await using ReferenceLab lab = await ReferenceLab.Start();
        await using KeepalivedPeer backup = await KeepalivedPeer.Start(lab.Backup, Repository.BackupConfiguration);
        await using (KeepalivedPeer master = await KeepalivedPeer.Start(lab.Master, Repository.MasterConfiguration))
        {
            await lab.VirtualAddressMovesTo(lab.Master);
            Assert.Equal(0, (await master.Stop()).ExitCode);
            await lab.VirtualAddressMovesTo(lab.Backup);
        }

        await using KeepalivedPeer returned = await KeepalivedPeer.Start(lab.Master, Repository.MasterConfiguration);
        await lab.VirtualAddressMovesTo(lab.Master);

        await returned.PowerOff();

        // What a dead director's kernel still has, nobody hears.
        await Eventually.Observe(
            () => lab.Backup.HoldsAddress(ReferenceLab.VirtualAddress), held => held, "the backup to take over from a dead master");
        Assert.True(await lab.Master.HoldsAddress(ReferenceLab.VirtualAddress));

        await lab.Master.PowerOn();
        await using KeepalivedPeer switchedOn = await KeepalivedPeer.Start(lab.Master, Repository.MasterConfiguration);
        await lab.VirtualAddressMovesTo(lab.Master);
    }
}
