using FastLb.Configuration.Diagnostics;
using FastLb.Configuration.Model;

namespace FastLb.Configuration.Binding.Vrrp;

/// <summary>Who becomes master, and when.</summary>
internal sealed class VrrpElectionTopic(DiagnosticBag diagnostics, GlobalDefinitions global) : IVrrpInstanceTopic
{
    private const string Master = "MASTER";

    /// <summary>The priority of other directors when <c>timer_expired_backup</c> names none: any but the owner's.</summary>
    private const byte AnyPriority = VrrpInstance.OwnerPriority - 1;

    private CheckedStatement? _state, _noPreempt, _preemptDelay;
    private byte? _priority, _yieldsTo;
    private int _downTimerAdvertisements = global.DownTimerAdvertisements;
    private bool _answersLowerPriority = global.AnswersLowerPriority, _advertisesBeforeYielding = global.AdvertisesBeforeYielding, _skipCheck = global.SkipCheckAdvertisementAddresses;
    private bool? _ownerIgnores, _isStrict, _accepts;

    /// <inheritdoc/>
    public bool Apply(CheckedStatement statement)
    {
        switch (statement.Name)
        {
            case "state":
                _state = statement;
                return true;
            case "priority":
                _priority = (byte)statement.Integer(0);
                return true;
            case "nopreempt":
                _noPreempt = statement;
                return true;
            case "preempt":
                _noPreempt = null;
                return true;
            case "preempt_delay":
                _preemptDelay = statement;
                return true;
            case "strict_mode":
                _isStrict = statement.Switch(0);
                return true;
            case "accept" or "no_accept":
                _accepts = statement.Name == "accept";
                return true;
            default:
                return ApplyTiming(statement);
        }
    }

    /// <inheritdoc/>
    public VrrpInstance Resolve(VrrpInstance instance)
    {
        byte priority = _priority ?? (_state?.Text(0) == Master ? VrrpInstance.OwnerPriority : (byte)100);
        bool isMaster = ResolveInitialState(priority);
        bool preempts = ResolvePreemption(priority, isMaster);
        return instance with
        {
            InitialState = isMaster ? VrrpInitialState.Master : VrrpInitialState.Backup,
            Priority = priority,
            Preempts = preempts,
            PreemptDelay = ResolvePreemptDelay(preempts, isMaster),
            DownTimerAdvertisements = _downTimerAdvertisements,
            AnswersLowerPriority = _answersLowerPriority,
            AdvertisesBeforeYielding = _advertisesBeforeYielding,
            SkipCheckAdvertisementAddresses = _skipCheck,
            OwnerIgnoresAdvertisements = _ownerIgnores,
            YieldsWhenLateTo = _yieldsTo,
            IsStrict = _isStrict,
            Accepts = _accepts,
        };
    }

    private bool ApplyTiming(CheckedStatement statement)
    {
        switch (statement.Name)
        {
            case "down_timer_adverts":
                _downTimerAdvertisements = (int)statement.Integer(0);
                return true;
            case "lower_prio_no_advert":
                _answersLowerPriority = !statement.Switch(0);
                return true;
            case "higher_prio_send_advert":
                _advertisesBeforeYielding = statement.Switch(0);
                return true;
            case "skip_check_adv_addr":
                _skipCheck = statement.Switch(0);
                return true;
            case "owner_ignore_adverts":
                _ownerIgnores = statement.Switch(0);
                return true;
            case "timer_expired_backup" or "thread_timer_expired":
                _yieldsTo = statement.Has(0) ? (byte)statement.Integer(0) : AnyPriority;
                return true;
            default:
                return false;
        }
    }

    /// <summary>Whether the instance wishes to be master at start; in strict mode the owner does, and nobody else (RFC 9568 section 6.4.1).</summary>
    private bool ResolveInitialState(byte priority)
    {
        bool isOwner = priority == VrrpInstance.OwnerPriority;
        if (_state is not { } state) return isOwner;
        bool isMaster = state.Text(0) == Master;
        if (isMaster == isOwner || !(_isStrict ?? global.IsStrict)) return isMaster;
        diagnostics.Add(
            DiagnosticCatalog.ConflictingSetting, state.Syntax.Span, $"'state {state.Text(0)}' does not go with priority {priority} in strict mode", $"the instance starts as {(isOwner ? "MASTER" : "BACKUP")}");
        return isOwner;
    }

    private bool ResolvePreemption(byte priority, bool isMaster)
    {
        if (_noPreempt is not { } statement) return true;
        if (priority != VrrpInstance.OwnerPriority && !isMaster) return false;
        string with = priority == VrrpInstance.OwnerPriority ? "priority 255" : "'state MASTER'";
        diagnostics.Add(DiagnosticCatalog.ConflictingSetting, statement.Syntax.Span, $"'nopreempt' does not go with {with}", "it is ignored");
        return true;
    }

    private TimeSpan ResolvePreemptDelay(bool preempts, bool isMaster)
    {
        if (_preemptDelay is not { } statement || statement.Time(0) == TimeSpan.Zero) return TimeSpan.Zero;
        if (preempts && !isMaster) return statement.Time(0);
        string with = !isMaster ? "'nopreempt'" : _state?.Text(0) == Master ? "'state MASTER'" : "priority 255";
        diagnostics.Add(DiagnosticCatalog.ConflictingSetting, statement.Syntax.Span, $"'preempt_delay' does not go with {with}", "it is ignored");
        return TimeSpan.Zero;
    }
}
