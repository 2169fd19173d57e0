module Alignment.Tests.SanityTests

open System.Globalization
open Expecto

[<Tests>]
let tests =
    testList "sanity" [
        testCase "numbers read the same in every country" (fun () ->
            Expect.equal (string CultureInfo.CurrentCulture.Name) "" "the test program is culture-invariant")

        testProperty "addition commutes" (fun (x: int) (y: int) -> x + y = y + x)
    ]
