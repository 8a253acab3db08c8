using static FastLb.Configuration.Diagnostics.DiagnosticConsequence;
using static FastLb.Configuration.Diagnostics.DiagnosticSeverity;

namespace FastLb.Configuration.Diagnostics;

/// <summary>
/// Every kind of diagnostic. The rule for <see cref="DiagnosticConsequence"/>: keepalived starts on a file whose faulty items it can leave
/// out, and an operator who swaps it for FastLb expects the same, so <see cref="ItemIgnored"/> is the default. Exceptions: what stops
/// keepalived stops FastLb (a missing required parameter, two instances with one virtual router id, an instance without an interface, one without an address in strict mode);
/// a faulty line of <c>defence</c>, which keepalived doesn't have, because its absence shows too late; a block left open, an include that leads back to itself or an expansion without end, because everything after it would be a guess; an include that
/// demands a file which is not there; and refusals,
/// because the director would forward otherwise than the file says.
/// </summary>
public static class DiagnosticCatalog
{
    // Characters and structure
    public static readonly DiagnosticDescriptor UnterminatedQuote = new("FLB1001", Error);
    public static readonly DiagnosticDescriptor NulCharacter = new("FLB1002", Error);
    public static readonly DiagnosticDescriptor SlashComment = new("FLB1003", Error);
    public static readonly DiagnosticDescriptor LookalikeCharacter = new("FLB1004", Error);
    public static readonly DiagnosticDescriptor ByteOrderMark = new("FLB1005", Warning);
    public static readonly DiagnosticDescriptor UnclosedBlock = new("FLB1006", Error, StopsRun);
    public static readonly DiagnosticDescriptor ExtraClosingBrace = new("FLB1007", Error);
    public static readonly DiagnosticDescriptor UnexpectedBlock = new("FLB1008", Error);
    public static readonly DiagnosticDescriptor MissingBlock = new("FLB1009", Error);
    public static readonly DiagnosticDescriptor NestedTooDeeply = new("FLB1010", Error);

    // Keywords and their parameters
    public static readonly DiagnosticDescriptor UnknownKeyword = new("FLB1101", Error);
    public static readonly DiagnosticDescriptor UnknownBlock = new("FLB1102", Error);
    public static readonly DiagnosticDescriptor MissingParameter = new("FLB1103", Error, DiagnosticConsequence.MissingParameter);
    public static readonly DiagnosticDescriptor SurplusParameter = new("FLB1104", Notice);
    public static readonly DiagnosticDescriptor KeywordAmongParameters = new("FLB1105", Warning);
    public static readonly DiagnosticDescriptor MisplacedKeyword = new("FLB1106", Warning);
    public static readonly DiagnosticDescriptor MissingName = new("FLB1107", Error);
    public static readonly DiagnosticDescriptor DeprecatedKeyword = new("FLB1108", Warning);

    // Values
    public static readonly DiagnosticDescriptor InvalidValue = new("FLB1201", Error);
    public static readonly DiagnosticDescriptor OutOfRange = new("FLB1202", Warning);
    public static readonly DiagnosticDescriptor UnknownChoice = new("FLB1203", Error);
    public static readonly DiagnosticDescriptor RoundedValue = new("FLB1204", Warning);
    public static readonly DiagnosticDescriptor TruncatedSecret = new("FLB1205", Warning);
    public static readonly DiagnosticDescriptor InvalidAddress = new("FLB1206", Error);
    public static readonly DiagnosticDescriptor UnknownAddressOption = new("FLB1207", Error);

    // Items that contradict each other or lack something
    public static readonly DiagnosticDescriptor DuplicateInstance = new("FLB1301", Error);
    public static readonly DiagnosticDescriptor DuplicateVirtualRouterId = new("FLB1302", Error, StopsRun);
    public static readonly DiagnosticDescriptor InterfaceMissing = new("FLB1303", Error, StopsRun);
    public static readonly DiagnosticDescriptor VirtualRouterIdMissing = new("FLB1304", Error);
    public static readonly DiagnosticDescriptor NoVirtualAddress = new("FLB1305", Warning);
    public static readonly DiagnosticDescriptor AddressFamilyMismatch = new("FLB1306", Error);
    public static readonly DiagnosticDescriptor DuplicateAddress = new("FLB1307", Notice);
    public static readonly DiagnosticDescriptor ConflictingSetting = new("FLB1308", Warning);
    public static readonly DiagnosticDescriptor DefaultTaken = new("FLB1309", Warning);
    public static readonly DiagnosticDescriptor NoRealServer = new("FLB1310", Warning);
    public static readonly DiagnosticDescriptor DuplicateRealServer = new("FLB1311", Warning);
    public static readonly DiagnosticDescriptor QuorumReduced = new("FLB1313", Warning);
    public static readonly DiagnosticDescriptor PortReset = new("FLB1312", Warning);
    public static readonly DiagnosticDescriptor DoubtfulUser = new("FLB1314", Notice);
    public static readonly DiagnosticDescriptor UnknownGroup = new("FLB1315", Error);
    public static readonly DiagnosticDescriptor DuplicateGroup = new("FLB1316", Error);
    public static readonly DiagnosticDescriptor NoPortToCheck = new("FLB1317", Error, StopsRun);
    public static readonly DiagnosticDescriptor FaultyDefence = new("FLB1318", Error, StopsRun);

    // What virtual routers track, and groups of them
    public static readonly DiagnosticDescriptor UnknownTracked = new("FLB1319", Error);
    public static readonly DiagnosticDescriptor DuplicateDefinition = new("FLB1320", Warning);
    public static readonly DiagnosticDescriptor IncompleteDefinition = new("FLB1321", Error);
    public static readonly DiagnosticDescriptor DuplicateLine = new("FLB1322", Warning);
    public static readonly DiagnosticDescriptor UnknownLineOption = new("FLB1323", Error);
    public static readonly DiagnosticDescriptor UnknownMember = new("FLB1324", Error);
    public static readonly DiagnosticDescriptor SharedMember = new("FLB1325", Error);
    public static readonly DiagnosticDescriptor SmallGroup = new("FLB1326", Warning);
    public static readonly DiagnosticDescriptor UnusedDefinition = new("FLB1327", Notice);
    public static readonly DiagnosticDescriptor UnusableRoute = new("FLB1328", Error);
    public static readonly DiagnosticDescriptor RuleWithoutPreference = new("FLB1329", Warning);
    public static readonly DiagnosticDescriptor WeightIgnored = new("FLB1330", Warning);
    public static readonly DiagnosticDescriptor UntrackedRoute = new("FLB1331", Warning);
    public static readonly DiagnosticDescriptor DelayTooLong = new("FLB1332", Warning);
    public static readonly DiagnosticDescriptor AddressRequired = new("FLB1333", Error, StopsRun);
    public static readonly DiagnosticDescriptor SharedVirtualLink = new("FLB1339", Error, StopsRun);

    // Checks of real servers, and how packets reach those
    public static readonly DiagnosticDescriptor CheckWithoutUrl = new("FLB1340", Error);
    public static readonly DiagnosticDescriptor UrlWithoutPath = new("FLB1341", Error);
    public static readonly DiagnosticDescriptor DoubtfulPath = new("FLB1342", Notice);
    public static readonly DiagnosticDescriptor InvalidDigest = new("FLB1343", Error);
    public static readonly DiagnosticDescriptor InvalidStatusCode = new("FLB1344", Error);
    public static readonly DiagnosticDescriptor InvalidRegex = new("FLB1345", Error);
    public static readonly DiagnosticDescriptor UnverifiedRegex = new("FLB1346", Notice);
    public static readonly DiagnosticDescriptor RegexSettingWithoutRegex = new("FLB1347", Warning);
    public static readonly DiagnosticDescriptor InvalidRegexLimits = new("FLB1348", Error);
    public static readonly DiagnosticDescriptor InvalidDomainName = new("FLB1349", Error);
    public static readonly DiagnosticDescriptor CheckWithoutCommand = new("FLB1350", Error);
    public static readonly DiagnosticDescriptor InvalidHexadecimal = new("FLB1351", Error);
    public static readonly DiagnosticDescriptor HalfByte = new("FLB1352", Notice);
    public static readonly DiagnosticDescriptor ImpossibleReplyLength = new("FLB1353", Warning);
    public static readonly DiagnosticDescriptor CheckWithoutObject = new("FLB1354", Error);
    public static readonly DiagnosticDescriptor UndefinedTrackedObject = new("FLB1355", Error);
    public static readonly DiagnosticDescriptor DeprecatedHostBlock = new("FLB1356", Notice);
    public static readonly DiagnosticDescriptor InvalidTunnel = new("FLB1357", Error, StopsRun);
    public static readonly DiagnosticDescriptor RepeatedSetting = new("FLB1358", Warning);
    public static readonly DiagnosticDescriptor NoSlowStart = new("FLB1359", Notice);

    // Known to keepalived, not (yet) done by FastLb
    public static readonly DiagnosticDescriptor NotDoneYet = new("FLB1401", Notice);
    public static readonly DiagnosticDescriptor Refused = new("FLB1402", Refusal, StopsRun);
    public static readonly DiagnosticDescriptor DuplicateVirtualServer = new("FLB1403", Refusal, StopsRun);
    public static readonly DiagnosticDescriptor TooManyAddresses = new("FLB1404", Refusal, StopsRun);
    public static readonly DiagnosticDescriptor UnusableMark = new("FLB1405", Refusal, StopsRun);
    public static readonly DiagnosticDescriptor MarkWithoutRule = new("FLB1406", Refusal, StopsRun);

    // Preprocessor (FLB1501 was the refusal of all of it)
    public static readonly DiagnosticDescriptor UndefinedVariable = new("FLB1502", Notice);
    public static readonly DiagnosticDescriptor UndefinedVariableBraces = new("FLB1503", Warning);
    public static readonly DiagnosticDescriptor ReferenceNotSeparated = new("FLB1504", Warning);
    public static readonly DiagnosticDescriptor MultiLineReferenceNotLast = new("FLB1505", Warning);
    public static readonly DiagnosticDescriptor ExpansionTooDeep = new("FLB1506", Error, StopsRun);
    public static readonly DiagnosticDescriptor ExpansionTooLarge = new("FLB1507", Error, StopsRun);
    public static readonly DiagnosticDescriptor InvalidSequence = new("FLB1508", Error);
    public static readonly DiagnosticDescriptor InvalidList = new("FLB1509", Error);
    public static readonly DiagnosticDescriptor EnvironmentVariableMissing = new("FLB1510", Warning);
    public static readonly DiagnosticDescriptor InvalidRandomRange = new("FLB1511", Error);
    public static readonly DiagnosticDescriptor DefinitionHalfDropped = new("FLB1512", Warning);
    public static readonly DiagnosticDescriptor NoContinuation = new("FLB1513", Warning);

    // Files
    public static readonly DiagnosticDescriptor UnreadableFile = new("FLB1601", Error, NoConfiguration);
    public static readonly DiagnosticDescriptor IncludeMissing = new("FLB1602", Warning);
    public static readonly DiagnosticDescriptor IncludeMatchesNothing = new("FLB1603", Notice);
    public static readonly DiagnosticDescriptor IncludeUnreadable = new("FLB1604", Warning);
    public static readonly DiagnosticDescriptor RequiredFileMissing = new("FLB1605", Error, NoConfiguration);
    public static readonly DiagnosticDescriptor IncludeCycle = new("FLB1606", Error, StopsRun);
    public static readonly DiagnosticDescriptor TooManyIncludes = new("FLB1607", Error, StopsRun);
}
