using Google.Protobuf;

namespace Alignment.Runtime;

/// <summary>The messages of TensorBoard's <c>event.proto</c> and <c>summary.proto</c> that scalars need, encoded by their field numbers.</summary>
internal static class EventMessage
{
    // Event: double wall_time = 1; int64 step = 2; string file_version = 3; Summary summary = 5. Summary: repeated Value value = 1.
    // Value: string tag = 1; float simple_value = 2.
    private const int Fixed64 = 1 + sizeof(double);
    private const int Fixed32 = 1 + sizeof(float);

    /// <summary>The first event of a file: the version of its format.</summary>
    public static byte[] Version(double wallTime)
    {
        const string Text = "brain.Event:2";
        var message = new byte[Fixed64 + 1 + CodedOutputStream.ComputeStringSize(Text)];
        using var output = new CodedOutputStream(message);
        output.WriteTag(1, WireFormat.WireType.Fixed64);
        output.WriteDouble(wallTime);
        output.WriteTag(3, WireFormat.WireType.LengthDelimited);
        output.WriteString(Text);
        output.CheckNoSpaceLeft();
        return message;
    }

    /// <summary>The scalars of a measured moment.</summary>
    public static byte[] Scalars(double wallTime, TracePoint point)
    {
        var summary = point.Metrics.Sum(metric => Delimited(ValueSize(metric.Key)));
        var message = new byte[Fixed64 + 1 + CodedOutputStream.ComputeInt64Size(point.Step) + Delimited(summary)];
        using var output = new CodedOutputStream(message);
        output.WriteTag(1, WireFormat.WireType.Fixed64);
        output.WriteDouble(wallTime);
        output.WriteTag(2, WireFormat.WireType.Varint);
        output.WriteInt64(point.Step);
        output.WriteTag(5, WireFormat.WireType.LengthDelimited);
        output.WriteLength(summary);
        foreach (var (key, value) in point.Metrics)
        {
            output.WriteTag(1, WireFormat.WireType.LengthDelimited);
            output.WriteLength(ValueSize(key));
            output.WriteTag(1, WireFormat.WireType.LengthDelimited);
            output.WriteString(key);
            output.WriteTag(2, WireFormat.WireType.Fixed32);
            output.WriteFloat((float)value);
        }

        output.CheckNoSpaceLeft();
        return message;
    }

    private static int ValueSize(string key) => 1 + CodedOutputStream.ComputeStringSize(key) + Fixed32;

    // tag, length, content
    private static int Delimited(int size) => 1 + CodedOutputStream.ComputeLengthSize(size) + size;
}
