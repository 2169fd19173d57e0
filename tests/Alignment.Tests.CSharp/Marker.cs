namespace Alignment.Tests.CSharp;

/// <summary>Names this assembly for <c>Alignment.Tests</c>, which runs every value marked <c>[Tests]</c> in it.</summary>
public sealed class Marker;
