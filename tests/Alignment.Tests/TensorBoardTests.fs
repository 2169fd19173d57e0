/// TensorBoard's event files, read back by a reader that knows nothing of the writer.
module Alignment.Tests.TensorBoardTests

open System
open System.Buffers.Binary
open System.Collections.Generic
open System.IO
open System.Text
open System.Text.RegularExpressions
open Expecto
open Alignment
open Alignment.CommandLine
open Alignment.Runtime
open Alignment.Tests.Fixtures

// ---- A reader of its own -------------------------------------------------------------------------------------------

/// Bit by bit, from the polynomial: slow, and no table to get wrong.
let private crc32c (bytes: byte[]) =
    let mutable crc = 0xFFFFFFFFu

    for b in bytes do
        crc <- crc ^^^ uint32 b

        for _ in 1..8 do
            crc <- if crc &&& 1u = 1u then (crc >>> 1) ^^^ 0x82F63B78u else crc >>> 1

    ~~~crc

let private masked bytes =
    let crc = crc32c bytes
    ((crc >>> 15) ||| (crc <<< 17)) + 0xa282ead8u

type private Event = {
    WallTime: float
    Step: int64
    Version: string option
    Scalars: (string * single) list
}

/// The fields of a message: number, wire type, and content (of a varint its value as eight bytes).
let private fields (message: byte[]) =
    let mutable at = 0

    let varint () =
        let mutable value, shift, go = 0UL, 0, true

        while go do
            value <- value ||| ((uint64 message[at] &&& 127UL) <<< shift)
            go <- message[at] >= 128uy
            shift <- shift + 7
            at <- at + 1

        value

    let take count =
        let content = message[at .. at + count - 1]
        Expect.equal content.Length count "the message is whole"
        at <- at + count
        content

    [
        while at < message.Length do
            let tag = varint ()

            let content =
                match tag &&& 7UL with
                | 0UL -> BitConverter.GetBytes(varint ())
                | 1UL -> take 8
                | 2UL -> take (int (varint ()))
                | 5UL -> take 4
                | wire -> failtest $"wire type %d{wire}"

            int (tag >>> 3), content
    ]

let private scalar value =
    let tag = fields value |> List.find (fst >> (=) 1) |> snd
    let number = fields value |> List.find (fst >> (=) 2) |> snd
    Encoding.UTF8.GetString tag, BitConverter.ToSingle(number, 0)

let private event message =
    let all = fields message
    let find number = all |> List.tryFind (fst >> (=) number) |> Option.map snd

    {
        WallTime = BitConverter.ToDouble((find 1).Value, 0)
        Step = find 2 |> Option.map (fun bytes -> BitConverter.ToInt64(bytes, 0)) |> Option.defaultValue 0L
        Version = find 3 |> Option.map Encoding.UTF8.GetString
        Scalars = [
            for value in find 5 |> Option.map fields |> Option.defaultValue [] do
                scalar (snd value)
        ]
    }

/// The records of a file, both checks of each looked at.
let private events (file: string) =
    let bytes = File.ReadAllBytes file
    let mutable at = 0

    [
        while at < bytes.Length do
            let header = bytes[at .. at + 7]
            let length = int (BinaryPrimitives.ReadUInt64LittleEndian header)
            let check from = BinaryPrimitives.ReadUInt32LittleEndian(ReadOnlySpan(bytes, from, 4))
            Expect.equal (check (at + 8)) (masked header) "the check of the length"
            let message = bytes[at + 12 .. at + 11 + length]
            Expect.equal (check (at + 12 + length)) (masked message) "the check of the message"
            at <- at + 16 + length
            event message
    ]

// ---- What is written -----------------------------------------------------------------------------------------------

/// A clock that is a quarter of a second further each time it is looked at.
type private Ticking() =
    inherit TimeProvider()
    let mutable now = DateTimeOffset.FromUnixTimeSeconds 1_700_000_000L

    override _.GetUtcNow() =
        now <- now.AddSeconds 0.25
        now

let private point step seconds (metrics: (string * float) list) = TracePoint(step, seconds, (dict metrics).AsReadOnly())

let private points = [
    for step in [ 0L; 1L; 127L; 128L; 300L; 5_000_000_000L ] ->
        point step (float step * 1e-3) [ "game/nash_conv", 1.0 / float (step + 3L); "game/value/späte 🎲", -0.5 ]
]

/// What a reader must find of moments: steps, and scalars as the nearest float32.
let private told (points: TracePoint list) = [
    for p in points -> p.Step, [ for entry in p.Metrics -> entry.Key, single entry.Value ]
]

let private found events = [
    for event in events do
        if event.Version.IsNone then
            event.Step, event.Scalars
]

let private eventFiles folder = Directory.GetFiles(folder, "events.out.tfevents.*")

let private checks =
    testList "CRC32C" [
        // RFC 3720, appendix B.4
        let pdu =
            String.concat "" [
                "01c00000000000000000000000000000"
                "14000000000004000000001400000018"
                "28000000000000000200000000000000"
            ]

        for name, bytes, expected in
            [
                "nothing", [||], 0u
                "32 zeros", Array.zeroCreate 32, 0x8a9136aau
                "32 ones", Array.create 32 255uy, 0x62a8ab43u
                "0 to 31", [| 0uy .. 31uy |], 0x46dd794eu
                "31 to 0", Array.rev [| 0uy .. 31uy |], 0x113fdb5cu
                "an iSCSI read", Convert.FromHexString pdu, 0xd9963a56u
                "123456789", Encoding.ASCII.GetBytes "123456789", 0xe3069283u
            ] do
            testCase name (fun () ->
                Expect.equal (Crc32C.Of bytes) expected "as published"
                Expect.equal (crc32c bytes) expected "by the reader of this test too")

        testCase "of every length, and any bytes" (fun () ->
            let bytes = draws "crc" 1 1 300 |> Array.map (fun value -> byte (int (value * 127.0) + 128))

            for length in 0 .. bytes.Length do
                let part = bytes[.. length - 1]
                Expect.equal (Crc32C.Masked part) (masked part) $"%d{length} bytes")
    ]

/// The reader is right about files of another writer, of TorchSharp's.
let private reader =
    testCase "the reader of this test reads TorchSharp's files" (fun () ->
        inFolder (fun folder ->
            Alignment.Torch.TorchNative.EnsureLoaded()
            let other = TorchSharp.torch.utils.tensorboard.SummaryWriter(folder, createRunName = false)
            other.add_scalar ("game/nash_conv", 0.25f, 300)
            other.add_scalar ("game/value/row", -1.5f, 5)
            let file = eventFiles folder |> Array.exactlyOne

            Expect.equal
                (found (events file))
                [ 300L, [ "game/nash_conv", 0.25f ]; 5L, [ "game/value/row", -1.5f ] ]
                "scalars"

            Expect.equal (events file |> List.choose _.Version) [ "brain.Event:2" ] "the version"))

let private writer =
    testList "the writer" [
        testCase "tells version, tags, steps and wall times" (fun () ->
            inFolder (fun folder ->
                use writer = new TensorBoardWriter(folder, clock = Ticking())
                points |> List.iter writer.Add
                writer.Flush()
                Expect.equal (eventFiles folder) [| writer.Path |] "one file"

                Expect.equal
                    (Path.GetFileName writer.Path)
                    $"events.out.tfevents.1700000000.%s{Environment.MachineName}"
                    "its name"

                Expect.equal (FileInfo writer.Path).Length writer.Length "its length"
                let events = events writer.Path
                Expect.equal events[0].Version (Some "brain.Event:2") "the first"
                Expect.equal (found events) (told points) "the moments"

                Expect.equal
                    (events |> List.map _.WallTime)
                    [ for k in 0 .. points.Length -> 1_700_000_000.5 + 0.25 * float k ]
                    "seconds of the epoch"))

        testCase "values are the nearest float32, and what is not finite stays so" (fun () ->
            inFolder (fun folder ->
                use writer = new TensorBoardWriter(folder)

                let values = [
                    "pi", Math.PI
                    "tiny", 1e-300
                    "large", 1e300
                    "nan", nan
                    "infinite", -infinity
                    "zero", -0.0
                ]

                writer.Add(point 1L 0.0 values)

                let scalars =
                    (events writer.Path |> List.item 1 |> _.Scalars)
                    |> List.map (snd >> BitConverter.SingleToInt32Bits)

                Expect.equal
                    scalars
                    ([ 3.14159274f; 0.0f; Single.PositiveInfinity; Single.NaN; Single.NegativeInfinity; -0.0f ]
                     |> List.map BitConverter.SingleToInt32Bits)
                    "in order"))

        testCase "a moment without metrics is a record" (fun () ->
            inFolder (fun folder ->
                use writer = new TensorBoardWriter(folder)
                writer.Add(point 7L 0.0 [])
                Expect.equal (found (events writer.Path)) [ 7L, [] ] "a step alone"))

        testCase "goes on at a length, and what came after comes again" (fun () ->
            inFolder (fun folder ->
                let first, rest = List.splitAt 3 points

                let length =
                    use writer = new TensorBoardWriter(folder)
                    first |> List.iter writer.Add
                    let length = writer.Length
                    rest |> List.iter writer.Add
                    length

                use again = new TensorBoardWriter(folder, length)
                Expect.equal again.Length length "from there"
                rest |> List.iter again.Add
                Expect.hasLength (eventFiles folder) 1 "the same file"
                let events = events again.Path
                Expect.equal (events |> List.choose _.Version) [ "brain.Event:2" ] "one version"
                Expect.equal (found events) (told points) "every moment once"))

        testCase "is begun anew where a run has no checkpoint, or the file is shorter than it says" (fun () ->
            inFolder (fun folder ->
                for length in [ 0L; 1_000_000L ] do
                    use writer = new TensorBoardWriter(folder, length)
                    points |> List.iter writer.Add
                    Expect.equal (found (events writer.Path)) (told points) $"from %d{length}"

                Expect.hasLength (eventFiles folder) 1 "the same file"))

        testCase "can be read while it is written" (fun () ->
            inFolder (fun folder ->
                use writer = new TensorBoardWriter(folder)

                for count in 1 .. points.Length do
                    writer.Add points[count - 1]
                    let bytes = Path.Combine(folder, "copy")
                    File.Copy(writer.Path, bytes, overwrite = true)
                    Expect.equal (found (events bytes)) (told (List.take count points)) "whole records"))

        testCase "refuses a length below 0" (fun () ->
            inFolder (fun folder ->
                Expect.throwsT<ArgumentOutOfRangeException>
                    (fun () -> (new TensorBoardWriter(folder, -1L)).Dispose())
                    "refused"

                Expect.isEmpty (eventFiles folder) "nothing was written"))

        testCase "the tags of a solve are keys of docs/metrics.md" (fun () ->
            inFolder (fun folder ->
                let solution =
                    GameSolver.Solve(
                        weightedRps 2.0,
                        Solver.Find "rm+",
                        SolveOptions().With(until = Stop.AfterSteps 50L)
                    )

                use writer = new TensorBoardWriter(folder)
                solution.Trace |> Seq.iter writer.Add
                let events = events writer.Path
                Expect.equal (found events) (told (List.ofSeq solution.Trace)) "the trace"
                let page = File.ReadAllText(Path.Combine(root, "docs", "metrics.md"))

                let keys = [
                    for row in Regex.Matches(page, @"^\| `([^`]+)` \|", RegexOptions.Multiline) ->
                        Regex("^" + Regex.Replace(Regex.Escape row.Groups[1].Value, @"\\\{\w+}", ".+") + "$")
                ]

                let tags = events |> List.collect _.Scalars |> List.map fst |> List.distinct
                Expect.isGreaterThan tags.Length 5 "there are some"

                for tag in tags do
                    Expect.exists keys (fun key -> key.IsMatch tag) tag))
    ]

[<Tests>]
let tests = testList "TensorBoard" [ checks; reader; writer ]
