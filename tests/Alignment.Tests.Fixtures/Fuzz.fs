/// Mutations of valid files: what comes out is anything but noise, so most cases get past the first token.
module Alignment.Tests.Fuzz

open System
open System.Diagnostics
open System.Text
open Expecto
open Alignment.Formats

let private blowUps = [|
    "99999999999999999999"
    "2147483647"
    "2147483648"
    "9223372036854775807"
    "100000"
    "7071"
    "0"
    "-1"
    "1e308"
    "1e999"
    "nan"
    "1/0"
    "1/7"
    "1e-99999999999"
    "\u0661"
|]

let private bursts = [|
    "{ "
    "} "
    "\""
    "\\"
    ", "
    "1 "
    "\r"
    "\n"
    "\"\","
    "\u0000"
    "\uD83D"
    // nodes of .efg
    "p \"\" 1 1 0 "
    "t \"\" 1 "
    "c \"\" 1 0\n"
|]

let private piece (random: Random) (text: string) =
    let start = random.Next(text.Length + 1)
    start, random.Next(min 40 (text.Length - start) + 1)

/// The start and the length of a number in the text, the first one after a random place.
let private number (random: Random) (text: string) =
    let from = random.Next(text.Length + 1)
    let start = text.AsSpan(from).IndexOfAnyInRange('0', '9')

    if start < 0 then
        None
    else
        let length = text.AsSpan(from + start).IndexOfAnyExceptInRange('0', '9')
        Some(from + start, (if length < 0 then text.Length - from - start else length))

let private flip (random: Random) (text: string) =
    let bytes = Encoding.UTF8.GetBytes text

    if bytes.Length > 0 then
        let at = random.Next bytes.Length
        bytes[at] <- bytes[at] ^^^ (1uy <<< random.Next 8)

    Encoding.UTF8.GetString bytes

let private mutations: (Random -> string[] -> string -> string)[] = [|
    fun random _ text -> flip random text
    fun random _ text ->
        let start, length = piece random text
        text.Remove(start, length)
    fun random _ text ->
        let start, length = piece random text
        text.Insert(start, text.Substring(start, length))
    fun random _ text -> text.Substring(0, random.Next(text.Length + 1))
    fun random seeds text ->
        let other = seeds[random.Next seeds.Length]
        let start, length = piece random other
        text.Insert(random.Next(text.Length + 1), other.Substring(start, length))
    fun random _ text ->
        match number random text with
        | Some(start, length) -> text.Remove(start, length).Insert(start, blowUps[random.Next blowUps.Length])
        | None -> text
    fun random _ text ->
        let burst = bursts[random.Next bursts.Length]
        let times = if random.Next 100 = 0 then 20_000 else random.Next 5
        text.Insert(random.Next(text.Length + 1), String.replicate times burst)
|]

let mutate (random: Random) (seeds: string[]) =
    let seed = seeds[random.Next seeds.Length]

    Seq.init (1 + random.Next 4) (fun _ -> mutations[random.Next mutations.Length])
    |> Seq.fold (fun text mutation -> mutation random seeds text) seed

/// Reads mutated seeds: each is read and passes the check, or is refused; nothing else, nor slowly, nor hungrily.
let run cases (seeds: string[]) (read: string -> 'read) (check: 'read -> unit) =
    let random = Random 20250101
    let mutable refusals = 0

    for case in 1..cases do
        let text = mutate random seeds
        let fail problem = failtest $"case {case}, {problem}: %A{text}"
        let allocated = GC.GetAllocatedBytesForCurrentThread()
        let started = Stopwatch.GetTimestamp()

        let result =
            try
                Ok(read text)
            with
            | :? InputFormatException as e -> Error e.Message
            | e -> fail $"{e}"

        let bytes = GC.GetAllocatedBytesForCurrentThread() - allocated
        let seconds = Stopwatch.GetElapsedTime(started).TotalSeconds

        // A generous multiple of the text: what must not be is memory that follows a number in it.
        if bytes > 4_000_000L + 400L * int64 text.Length then
            fail $"{bytes} bytes"

        if seconds > 5.0 then
            fail $"{seconds} seconds"

        match result with
        | Ok value -> check value
        | Error message ->
            refusals <- refusals + 1

            if message.Length > 1000 || message.AsSpan().ContainsAny('\r', '\n') then
                fail $"not a line to be read, '{message}'"

    // Without both, the mutations are too weak or too strong to test anything.
    Expect.isGreaterThan refusals (cases / 10) "refusals"
    Expect.isGreaterThan (cases - refusals) (cases / 100) "successes"
