/// Small transformers with what they say, from NumPy: `tests/fixtures/make_fixtures.py`.
module Alignment.Tests.Language.ModelFixtures

open System
open System.IO
open Alignment

let fixtures = Path.Combine(__SOURCE_DIRECTORY__, "..", "fixtures", "models")

let folder name = Path.Combine(fixtures, name)

/// The rows of tokens that the fixtures were made of.
let rows = [| [| 3; 1; 4; 1; 5; 9; 2; 6; 5; 3 |]; [| 7; 0; 11; 2 |] |]

/// A tensor of float64 numbers from a file of the fixtures.
let expected (path: string) name =
    use file = SafeTensorsFile.Open path
    let tensor = file.Find name |> Option.ofObj |> Option.get
    let bytes = Array.zeroCreate<byte>(int (tensor.End - tensor.Begin))
    file.Read(tensor, 0L, bytes.AsSpan())
    Array.init (bytes.Length / 8) (fun k -> BitConverter.ToDouble(bytes, 8 * k))

let farthest (a: float seq) (b: float seq) = Seq.map2 (fun x y -> abs (x - y)) a b |> Seq.max
